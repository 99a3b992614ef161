#pragma once

#include "absl/status/status.h"

namespace tricorn::cli {

// What scripts can rely on; `tricorn --help` says the same.
enum ExitCode : int {
  kExitDone = 0,
  kExitError = 1,      // anything that is not below: a damaged reply, our disk
  kExitUsage = 2,      // the command line is wrong
  kExitBadInput = 3,   // refused: an argument, a file's content, what exists already or is in use
  kExitNotFound = 4,   // no such job, model, dataset, version, file
  kExitNoAnswer = 5,   // the coordinator does not answer
  kExitJobFailed = 6,  // the job that was waited for failed
  kExitJobCancelled = 7,   // it was cancelled
  kExitNoRoom = 8,         // a disk is full, or something is too large
  kExitInterrupted = 130,  // Ctrl-C; a job that was followed goes on
  kExitOutputClosed = 141  // nobody reads standard output any more: as if by SIGPIPE
};

ExitCode ExitCodeOf(const absl::Status& status);

// The lines of --help about them.
extern const char kExitCodesHelp[];

}  // namespace tricorn::cli
