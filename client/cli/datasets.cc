#include <CLI/CLI.hpp>
#include <memory>

#include "absl/time/clock.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/job_arguments.h"
#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/table.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

absl::StatusOr<int> Upload(const Session& session, const std::string& name,
                           const DataArguments& data) {
  ASSIGN_OR_RETURN(const client::DataSource source, data.Source());
  if (!source.stored.empty()) return NotFound("{}: no such file", source.stored);
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::DatasetInfo dataset, client.UploadDataset(name, source.files));
  session.Print(ToJson(dataset),
                fmt::format("{}  {}", dataset.name, HumanBytes(dataset.size_bytes)));
  return kExitDone;
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const std::vector<client::DatasetInfo> datasets, client.ListDatasets());
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {{"DATASET", "FORMAT", "SIZE", "CREATED"}};
  for (const client::DatasetInfo& dataset : datasets) {
    list.Append(ToJson(dataset));
    rows.push_back({ShortName(dataset.name), dataset.format, HumanBytes(dataset.size_bytes),
                    HumanAge(dataset.create_time, absl::Now())});
  }
  session.Print(Json::MakeObject({{"datasets", std::move(list)}}),
                datasets.empty() ? "no datasets" : FormatTable(rows));
  return kExitDone;
}

absl::StatusOr<int> Delete(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  RETURN_IF_ERROR(client.DeleteDataset(name));
  session.Print(Json::MakeObject({{"deleted", name}}), name + " deleted");
  return kExitDone;
}

}  // namespace

void AddDatasets(CLI::App& app, Session& session) {
  CLI::App& datasets =
      AddGroup(app, "datasets", "Upload, list and delete datasets", "tricorn datasets list");
  const auto name = std::make_shared<std::string>();
  const auto data = std::make_shared<DataArguments>("");
  CLI::App& upload = AddCommand(datasets, session, "upload", "Store a dataset under a name",
                                "tricorn datasets upload mnist --x images.gz --y labels.gz",
                                [&session, name, data] { return Upload(session, *name, *data); });
  upload.add_option("NAME", *name, "[a-z0-9][a-z0-9._-]{0,62}")->required();
  data->AddTo(upload);
  AddCommand(datasets, session, "list", "All stored datasets", "tricorn datasets list",
             [&session] { return List(session); });
  CLI::App& remove = AddCommand(datasets, session, "delete", "Delete a stored dataset",
                                "tricorn datasets delete mnist",
                                [&session, name] { return Delete(session, *name); });
  remove.add_option("NAME", *name, "As `datasets list` shows it")->required();
}

}  // namespace tricorn::cli
