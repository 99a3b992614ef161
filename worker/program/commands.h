#pragma once

#include <string>

#include "worker/agent/options.h"
#include "worker/program/child_options.h"
#include "worker/program/engines.h"

namespace tricorn::worker {

// The program's commands. Each runs to its end and returns the exit code (exit_code.h).

// Until SIGTERM or SIGINT; a second one ends it without good order.
int AgentCommand(AgentOptions options);
// Of a child: the assignment comes on kInputFd.
int TrainerCommand(const ChildOptions& options, const Engines& engines);
// Of a child, until SIGTERM.
int PredictorCommand(const ChildOptions& options, const Engines& engines);

struct RunOptions {
  std::string job_file;
  int threads = 0;  // 0: this host's, divided by the ranks on it
  std::string plugin_directory;
  std::string device = "auto";
  std::string trace_directory;
  bool allow_tf32 = false;
  bool under_mpirun = false;
};
// Of a user or of mpirun: a job without a coordinator (worker/standalone).
int RunCommand(const RunOptions& options, const Engines& engines);

}  // namespace tricorn::worker
