#include <CLI/CLI.hpp>

#include "absl/time/clock.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/table.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const std::vector<client::Worker> workers, client.ListWorkers());
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {
      {"WORKER", "STATE", "THREADS", "GPUS", "MEMORY", "HEARD", "WORKS FOR"}};
  for (const client::Worker& worker : workers) {
    list.Append(ToJson(worker));
    std::string assignments;
    for (const std::string& assignment : worker.assignments) assignments += assignment + " ";
    rows.push_back({ShortName(worker.name), worker.state, std::to_string(worker.threads),
                    std::to_string(worker.gpus), HumanBytes(worker.memory_bytes),
                    HumanAge(worker.heartbeat_time, absl::Now()), assignments});
  }
  session.Print(Json::MakeObject({{"workers", std::move(list)}}),
                workers.empty() ? "no workers" : FormatTable(rows));
  return kExitDone;
}

}  // namespace

void AddWorkers(CLI::App& app, Session& session) {
  AddCommand(app, session, "workers", "List the cluster's workers", "tricorn workers",
             [&session] { return List(session); });
}

}  // namespace tricorn::cli
