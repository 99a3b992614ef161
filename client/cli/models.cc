#include <CLI/CLI.hpp>
#include <memory>

#include "absl/time/clock.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/progress_line.h"
#include "client/cli/terminal/table.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const std::vector<client::Model> models, client.ListModels());
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {{"MODEL", "LATEST VERSION", "UPDATED"}};
  for (const client::Model& model : models) {
    list.Append(ToJson(model));
    rows.push_back(
        {ShortName(model.name), model.latest_version.substr(model.latest_version.rfind('/') + 1),
         HumanAge(model.update_time ? model.update_time : model.create_time, absl::Now())});
  }
  session.Print(Json::MakeObject({{"models", std::move(list)}}),
                models.empty() ? "no models" : FormatTable(rows));
  return kExitDone;
}

absl::StatusOr<int> Show(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const auto versions, client.ListModelVersions(name));
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {{"VERSION", "SIZE", "CREATED", "FROM", ""}};
  for (const client::ModelVersion& version : versions) {
    list.Append(ToJson(version));
    rows.push_back(
        {version.name, HumanBytes(version.size_bytes), HumanAge(version.create_time, absl::Now()),
         version.source_job.empty() ? "upload" : version.source_job, FormatLogs(version.metrics)});
  }
  session.Print(Json::MakeObject({{"model_versions", std::move(list)}}),
                versions.empty() ? "no versions" : FormatTable(rows));
  return kExitDone;
}

absl::StatusOr<int> Download(const Session& session, const std::string& name, std::string path) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::ModelVersion version, client.GetModelVersion(name));
  if (path.empty()) {
    const std::string model = ShortName(version.name);
    path = model.substr(0, model.find('/')) + ".keras";
  }
  const CancelOnInterrupt interrupted(session.interrupts);
  client::CallOptions call;
  call.cancellation = interrupted.cancellation();
  RETURN_IF_ERROR(client.DownloadBlob(version.blob, path, call));
  Json reply = ToJson(version);
  reply.Set("path", path);
  session.Print(reply,
                fmt::format("{}  {}  ({})", path, HumanBytes(version.size_bytes), version.name));
  return kExitDone;
}

absl::StatusOr<int> Upload(const Session& session, const std::string& name,
                           const std::string& path) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::ModelVersion version,
                   client.UploadModel(name, client::ModelSource::File(path)));
  session.Print(ToJson(version), version.name);
  return kExitDone;
}

absl::StatusOr<int> Delete(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  RETURN_IF_ERROR(client.DeleteModel(name));
  session.Print(Json::MakeObject({{"deleted", name}}), name + " deleted");
  return kExitDone;
}

}  // namespace

void AddModels(CLI::App& app, Session& session) {
  CLI::App& models =
      AddGroup(app, "models", "List, download, upload and delete models", "tricorn models list");
  const auto name = std::make_shared<std::string>();
  const auto path = std::make_shared<std::string>();
  const auto with_name = [name](CLI::App& command) -> CLI::App& {
    command.add_option("MODEL", *name, "my-model, or models/my-model/versions/3")->required();
    return command;
  };
  AddCommand(models, session, "list", "All models", "tricorn models list",
             [&session] { return List(session); });
  with_name(AddCommand(models, session, "show", "A model's versions, newest first",
                       "tricorn models show my-model",
                       [&session, name] { return Show(session, *name); }));
  CLI::App& download = with_name(
      AddCommand(models, session, "download", "Save a version, the latest if none is named",
                 "tricorn models download my-model --output trained.keras",
                 [&session, name, path] { return Download(session, *name, *path); }));
  download.add_option("--output,-o", *path, "Where to [MODEL.keras]");
  CLI::App& upload =
      with_name(AddCommand(models, session, "upload", "Add a version to a model",
                           "tricorn models upload my-model model.keras",
                           [&session, name, path] { return Upload(session, *name, *path); }));
  upload.add_option("FILE", *path, "A .keras archive, or a model's JSON")->required();
  with_name(AddCommand(models, session, "delete", "Delete a model, or one version of it",
                       "tricorn models delete models/my-model/versions/3",
                       [&session, name] { return Delete(session, *name); }));
}

}  // namespace tricorn::cli
