#include "client/summary/model_summary.h"

#include <CLI/CLI.hpp>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/terminal/exit_code.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

absl::StatusOr<int> Summarize(const Session& session, const std::string& path, int line_length) {
  ASSIGN_OR_RETURN(client::ModelSummary summary, client::SummarizeModelFile(path, line_length));
  while (summary.table.ends_with('\n')) summary.table.pop_back();
  session.Print(Json::MakeObject({{"name", summary.name},
                                  {"total_params", summary.total_params},
                                  {"trainable_params", summary.trainable_params},
                                  {"table", summary.table}}),
                summary.table);
  return kExitDone;
}

}  // namespace

void AddSummary(CLI::App& app, Session& session) {
  const auto path = std::make_shared<std::string>();
  const auto line_length = std::make_shared<int>(88);
  CLI::App& command =
      AddCommand(app, session, "summary", "The layers of a model file, as Keras's Model.summary",
                 "tricorn summary model.keras",
                 [&session, path, line_length] { return Summarize(session, *path, *line_length); });
  command.add_option("FILE", *path, "A .keras archive, or a model's JSON")->required();
  command.add_option("--line-length", *line_length, "Columns of the table")
      ->check(CLI::Range(40, 1000))
      ->capture_default_str();
}

}  // namespace tricorn::cli
