#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/session.h"

namespace CLI {
class App;
}

namespace tricorn::cli {

// Adds the command `name` with its description, an example for --help, and what it does. `run`
// returns the exit code.
CLI::App& AddCommand(CLI::App& parent, Session& session, const std::string& name,
                     const std::string& description, const std::string& example,
                     std::function<absl::StatusOr<int>()> run);

// A command that only has commands of its own.
CLI::App& AddGroup(CLI::App& parent, const std::string& name, const std::string& description,
                   const std::string& example);

}  // namespace tricorn::cli
