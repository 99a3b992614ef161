#include "client/cli/terminal/exit_code.h"

namespace tricorn::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kExitDone;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kPermissionDenied:
      return kExitBadInput;
    case absl::StatusCode::kNotFound:
      return kExitNotFound;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kExitNoAnswer;
    case absl::StatusCode::kResourceExhausted:
      return kExitNoRoom;
    case absl::StatusCode::kCancelled:
      return kExitInterrupted;
    default:
      return kExitError;
  }
}

const char kExitCodesHelp[] =
    "Exit codes: 0 done, 1 an error not listed here, 2 wrong command line, 3 bad input,\n"
    "4 not found, 5 the coordinator does not answer, 6 the job failed, 7 the job was cancelled,\n"
    "8 a disk is full or something too large, 130 interrupted (a followed job goes on),\n"
    "141 nobody reads the output.\n";

}  // namespace tricorn::cli
