#include "client/cli/command.h"

#include <CLI/CLI.hpp>
#include <utility>

namespace tricorn::cli {
namespace {

CLI::App& Add(CLI::App& parent, const std::string& name, const std::string& description,
              const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("\nExample:\n  " + example +
                  "\n\nOptions of all commands (--coordinator, --json, ...): tricorn --help");
  command->fallthrough();
  return *command;
}

}  // namespace

CLI::App& AddCommand(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& description, const std::string& example,
                     std::function<absl::StatusOr<int>()> run) {
  CLI::App& command = Add(parent, name, description, example);
  command.callback([&session, run = std::move(run)] { session.command = run; });
  return command;
}

CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::string& example) {
  CLI::App& group = Add(parent, name, description, example);
  group.require_subcommand(1);
  return group;
}

}  // namespace tricorn::cli
