#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/terminal/exit_code.h"
#include "core/base/status.h"
#include "core/base/version.h"

namespace tricorn::cli {
namespace {

// Of the program, and of the coordinator if one answers: its absence is no error here.
absl::StatusOr<int> ShowVersion(const Session& session) {
  Json reply = Json::MakeObject({{"version", Version()}, {"coordinator", nullptr}});
  std::string text = fmt::format("tricorn {}", Version());
  Session quick = session;
  quick.timeout_s = 1;
  const absl::StatusOr<client::Client> client = quick.Connect();
  if (client.ok()) {
    ASSIGN_OR_RETURN(const client::ServerInfo info, client->GetServerInfo());
    reply.Set("coordinator", ToJson(info));
    text += fmt::format("\ncoordinator {} at {}", info.version, client->address());
  } else {
    text += fmt::format("\n{}", std::string(client.status().message()));
  }
  session.Print(reply, text);
  return kExitDone;
}

}  // namespace

void AddVersion(CLI::App& app, Session& session) {
  AddCommand(app, session, "version", "Versions of this program and of the coordinator",
             "tricorn version --json", [&session] { return ShowVersion(session); });
}

}  // namespace tricorn::cli
