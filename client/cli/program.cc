#include "client/cli/program.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string_view>

#include "client/cli/commands.h"
#include "client/cli/session.h"
#include "client/cli/terminal/exit_code.h"
#include "core/base/status.h"
#include "core/base/version.h"

namespace tricorn::cli {
namespace {

void AddSharedOptions(CLI::App& app, Session& session) {
  app.add_option("--coordinator", session.client.address,
                 "host:port; also TRICORN_COORDINATOR in the environment")
      ->capture_default_str();
  app.add_flag("--json", session.json, "Replies as JSON, one document a line");
  app.add_option("--timeout", session.timeout_s, "Seconds that the coordinator has for an answer")
      ->check(CLI::Range(0.1, 86400.0))
      ->capture_default_str();
  app.add_option("--tls-ca", session.client.tls_ca, "PEM file: whom to trust; switches TLS on");
  app.add_option("--tls-cert", session.client.tls_certificate, "PEM file: our certificate");
  app.add_option("--tls-key", session.client.tls_key, "PEM file: its private key");
}

// To standard error: "tricorn: message", or {"error": {"code", "message"}}.
void ReportError(bool json, const absl::Status& status) {
  const std::string message(status.message());
  if (json) {
    std::cerr << Json::MakeObject(
                     {{"error", Json::MakeObject({{"code", absl::StatusCodeToString(status.code())},
                                                  {"message", message}})}})
                     .Dump()
              << "\n";
  } else {
    std::cerr << "tricorn: " << message << "\n";
  }
}

// About the command line, in one line.
std::string WhatIsWrong(const CLI::App& app, const CLI::ParseError& error) {
  std::string command;  // "jobs show "
  const CLI::App* named = &app;
  while (!named->get_subcommands().empty()) {
    named = named->get_subcommands()[0];
    command += named->get_name() + " ";
  }
  const std::vector<std::string> unknown = app.remaining(/*recurse=*/true);
  const bool has_commands = !named->get_subcommands(nullptr).empty();
  if (has_commands && !unknown.empty() && !unknown[0].starts_with("-")) {
    return fmt::format("{}expected a command, received '{}'; tricorn {}--help lists them", command,
                       unknown[0], command);
  }
  return fmt::format("{}{}; see tricorn {}--help", command, error.what(), command);
}

}  // namespace

int RunProgram(int argc, const char* const* argv, const Environment& environment,
               Interrupts& interrupts) {
  CLI::App app(
      "Trains and serves Keras models on a cluster of workers.\n\nExample:\n"
      "  tricorn up --workers 2 &\n"
      "  tricorn fit model.keras --x images.gz --y labels.gz --epochs 3 --workers 2 \\\n"
      "      --name my-model --follow\n"
      "  tricorn predict my-model --x test-images.gz --rows 0:8\n",
      "tricorn");
  app.footer(std::string("\n") + kExitCodesHelp);
  app.set_version_flag("--version", std::string(Version()));
  app.require_subcommand(1);
  Session session(interrupts);
  if (!environment.coordinator.empty()) session.client.address = environment.coordinator;
  AddSharedOptions(app, session);
  AddUp(app, session);
  AddFit(app, session);
  AddEvaluate(app, session);
  AddPredict(app, session);
  AddJobs(app, session);
  AddModels(app, session);
  AddDatasets(app, session);
  AddDeployments(app, session);
  AddWorkers(app, session);
  AddSummary(app, session);
  AddVersion(app, session);
  AddCompletion(app, session);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error), kExitDone;  // --help, --version
    // The flag itself may not have been understood.
    const bool json =
        std::any_of(argv, argv + argc, [](std::string_view a) { return a == "--json"; });
    ReportError(json, InvalidArgument("{}", WhatIsWrong(app, error)));
    return kExitUsage;
  }
  const absl::StatusOr<int> exit_code = session.command();
  if (exit_code.ok()) return *exit_code;
  ReportError(session.json, exit_code.status());
  return ExitCodeOf(exit_code.status());
}

}  // namespace tricorn::cli
