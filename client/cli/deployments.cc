#include <CLI/CLI.hpp>
#include <memory>

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
  ASSIGN_OR_RETURN(const std::vector<client::Deployment> deployments, client.ListDeployments());
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {
      {"DEPLOYMENT", "STATE", "REPLICAS", "SERVES", "CREATED", ""}};
  for (const client::Deployment& deployment : deployments) {
    list.Append(ToJson(deployment));
    rows.push_back({ShortName(deployment.name), deployment.state,
                    fmt::format("{}/{}", deployment.ready_replicas, deployment.replicas),
                    deployment.model_version, HumanAge(deployment.create_time, absl::Now()),
                    deployment.failure.empty() ? deployment.pending_reason : deployment.failure});
  }
  session.Print(Json::MakeObject({{"deployments", std::move(list)}}),
                deployments.empty() ? "no deployments" : FormatTable(rows));
  return kExitDone;
}

absl::StatusOr<int> Delete(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  RETURN_IF_ERROR(client.DeleteDeployment(name));
  session.Print(Json::MakeObject({{"deleted", name}}), name + " deleted");
  return kExitDone;
}

}  // namespace

void AddDeployments(CLI::App& app, Session& session) {
  CLI::App& deployments =
      AddGroup(app, "deployments", "List and delete deployments: models kept loaded for predict",
               "tricorn deployments list");
  AddCommand(deployments, session, "list", "All deployments, those that predict made included",
             "tricorn deployments list", [&session] { return List(session); });
  const auto name = std::make_shared<std::string>();
  CLI::App& remove = AddCommand(deployments, session, "delete", "End a deployment's processes",
                                "tricorn deployments delete auto-3f2a9c01b7de",
                                [&session, name] { return Delete(session, *name); });
  remove.add_option("NAME", *name, "As `deployments list` shows it")->required();
}

}  // namespace tricorn::cli
