#pragma once

#include "client/cli/session.h"

namespace CLI {
class App;
}

namespace tricorn::cli {

// Each adds its command to the program; parsing it sets Session::command. `session` outlives `app`.
void AddUp(CLI::App& app, Session& session);
void AddFit(CLI::App& app, Session& session);
void AddEvaluate(CLI::App& app, Session& session);
void AddPredict(CLI::App& app, Session& session);
void AddJobs(CLI::App& app, Session& session);
void AddModels(CLI::App& app, Session& session);
void AddDatasets(CLI::App& app, Session& session);
void AddDeployments(CLI::App& app, Session& session);
void AddWorkers(CLI::App& app, Session& session);
void AddSummary(CLI::App& app, Session& session);
void AddVersion(CLI::App& app, Session& session);
void AddCompletion(CLI::App& app, Session& session);

}  // namespace tricorn::cli
