#include "client/cli/follow.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/progress_line.h"
#include "client/cli/terminal/standard_output.h"
#include "client/cli/terminal/table.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

// Columns of the terminal that standard output is; 0 when it is none.
int TerminalWidth() {
  winsize size = {};
  if (isatty(STDOUT_FILENO) == 0) return 0;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

void PrintResult(const client::Job& job) {
  if (!job.result) return;
  if (!job.result->model_version.empty()) {
    std::cout << "trained model: " << job.result->model_version << "\n";
  }
  if (job.kind == "evaluate") std::cout << FormatLogs(job.result->metrics) << "\n";
  for (const client::ResultFile& file : job.result->predictions) {
    std::cout << file.path << "  " << HumanBytes(file.size_bytes) << "\n";
  }
  std::cout.flush();
}

}  // namespace

int ReportOutcome(const client::Job& job) {
  const absl::Status outcome = Outcome(job);
  if (outcome.ok()) return kExitDone;
  std::cerr << "tricorn: " << outcome.message() << "\n";
  return job.state == client::JobState::kCancelled ? kExitJobCancelled : kExitJobFailed;
}

absl::StatusOr<int> FollowJob(const Session& session, const client::Client& client,
                              const std::string& name, const std::string& cursor) {
  const CancelOnInterrupt interrupted(session.interrupts);
  const auto cancellation = interrupted.cancellation();
  const OutputWatch output([cancellation] { cancellation->Cancel(); });
  client::CallOptions call;
  call.cancellation = cancellation;
  ProgressLine progress(std::cout, session.json ? 0 : TerminalWidth());
  call.on_away = [&](const absl::Status& status) {
    progress.EndLine();
    std::cerr << "the coordinator does not answer (" << status.message()
              << "); the job goes on, waiting for it\n";
  };
  const absl::Status watched = client.WatchJob(
      name, cursor,
      [&](const client::JobEvent& event) {
        if (session.json) {
          std::cout << ToJson(event).Dump() << std::endl;
        } else {
          progress.Show(event);
        }
        return true;
      },
      call);
  progress.EndLine();
  if (OutputIsClosed()) return kExitOutputClosed;
  if (cancellation->cancelled()) {
    std::cerr << "detached, the job goes on\n  watch it again: tricorn jobs watch "
              << ShortName(name) << "\n  stop it:        tricorn jobs cancel " << ShortName(name)
              << "\n";
    return kExitInterrupted;
  }
  RETURN_IF_ERROR(watched);
  ASSIGN_OR_RETURN(const client::Job job, client.GetJob(name));
  if (session.json) {
    std::cout << ToJson(job).Dump() << std::endl;
  } else {
    PrintResult(job);
  }
  return ReportOutcome(job);
}

}  // namespace tricorn::cli
