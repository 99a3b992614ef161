#pragma once

#include "worker/agent/options.h"
#include "worker/program/child_options.h"
#include "worker/program/engines.h"

namespace tricorn::worker {

// The program's three commands. Each runs to its end and returns the exit code (exit_code.h).

// Until SIGTERM or SIGINT; a second one ends it without good order.
int AgentCommand(AgentOptions options);
// Of a child: the assignment comes on kInputFd.
int TrainerCommand(const ChildOptions& options, const Engines& engines);
// Of a child, until SIGTERM.
int PredictorCommand(const ChildOptions& options, const Engines& engines);

}  // namespace tricorn::worker
