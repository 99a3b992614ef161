#pragma once

namespace tricorn::worker {

// Exit codes of `tricorn-worker` and its child processes. 128 + n: signal n ended it.
enum ExitCode : int {
  kExitDone = 0,      // stopped in good order; a trainer: the job's result or failure is reported
  kExitFailed = 1,    // an error, on standard error and, from a child, in its last words
  kExitUsage = 2,     // the command line is wrong
  kExitReplaced = 3,  // a child: its assignment's generation is over, another process does the work
  kExitNoExec = 127,  // the program could not be started
};

}  // namespace tricorn::worker
