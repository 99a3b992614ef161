#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/time/clock.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/follow.h"
#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/progress_line.h"
#include "client/cli/terminal/standard_output.h"
#include "client/cli/terminal/table.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

std::string Where(const client::Job& job) {
  if (!job.progress || job.progress->epochs == 0) return "";
  return fmt::format("epoch {}/{}", job.progress->epoch + 1, job.progress->epochs);
}

std::string WhyOrWhat(const client::Job& job) {
  if (job.state == client::JobState::kPending) return job.pending_reason;
  if (job.state == client::JobState::kFailed && job.failure) return job.failure->message;
  if (job.result && !job.result->metrics.empty()) return FormatLogs(job.result->metrics);
  return job.progress ? FormatLogs(job.progress->logs) : "";
}

absl::StatusOr<int> List(const Session& session) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const std::vector<client::Job> jobs, client.ListJobs());
  Json list = Json::Array();
  std::vector<std::vector<std::string>> rows = {{"JOB", "STATE", "PROGRESS", "CREATED", ""}};
  for (const client::Job& job : jobs) {
    list.Append(ToJson(job));
    rows.push_back({ShortName(job.name), std::string(Name(job.state)), Where(job),
                    HumanAge(job.create_time, absl::Now()), WhyOrWhat(job)});
  }
  session.Print(Json::MakeObject({{"jobs", std::move(list)}}),
                jobs.empty() ? "no jobs" : FormatTable(rows));
  return kExitDone;
}

std::string Describe(const client::Job& job) {
  std::string text = fmt::format("{}  {}  {}", job.name, job.kind, Name(job.state));
  const auto add = [&](std::string_view what, const std::string& value) {
    if (!value.empty()) text += fmt::format("\n  {:<9} {}", what, value);
  };
  add("waits for", job.pending_reason);
  add("created", HumanAge(job.create_time, absl::Now()));
  if (job.start_time) {
    add("took", HumanDuration(job.end_time.value_or(absl::Now()) - *job.start_time));
  }
  add("seed", fmt::format("{}, {} virtual shards", job.seed, job.virtual_shards));
  if (job.restarts > 0) add("restarts", std::to_string(job.restarts));
  std::string workers;
  for (const std::string& worker : job.workers) workers += ShortName(worker) + " ";
  add("workers", workers);
  if (job.progress && !IsFinal(job.state)) {
    add("at", Where(job) + fmt::format(" step {}/{}", job.progress->step, job.progress->steps));
  }
  for (const client::EpochLogs& epoch : job.history) {
    add(fmt::format("epoch {}", epoch.epoch + 1), FormatLogs(epoch.logs));
  }
  if (job.failure) {
    add(IsFinal(job.state) ? "failure" : "last fail", job.failure->message);
    add("on", job.failure->worker.empty() ? "" : ShortName(job.failure->worker));
  }
  if (job.result) {
    add("result", job.result->model_version);
    if (job.kind == "evaluate") add("result", FormatLogs(job.result->metrics));
    for (const auto& file : job.result->predictions) add("result", file.path);
  }
  return text;
}

absl::StatusOr<int> Show(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::Job job, client.GetJob(name));
  session.Print(ToJson(job), Describe(job));
  return kExitDone;
}

absl::StatusOr<int> Watch(const Session& session, const std::string& name,
                          const std::string& cursor) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  return FollowJob(session, client, name, cursor);
}

std::string Describe(const client::LogLine& line) {
  return fmt::format(
      "{} {:<7} {}{}",
      absl::FormatTime("%H:%M:%S", line.time.value_or(absl::UnixEpoch()), absl::LocalTimeZone()),
      line.severity,
      line.worker.empty() ? "" : fmt::format("[{} rank {}] ", ShortName(line.worker), line.rank),
      line.text);
}

absl::StatusOr<int> Logs(const Session& session, const std::string& name, bool follow) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  client::CallOptions call;
  call.cancellation = std::make_shared<client::Cancellation>();
  const OutputWatch output([&] { call.cancellation->Cancel(); });
  const auto print = [&](const client::JobEvent& event) {
    const auto* line = std::get_if<client::LogLine>(&event.event);
    if (line != nullptr) session.Print(ToJson(event)["log_line"], Describe(*line));
    return true;
  };
  const absl::Status status =
      follow ? client.WatchJob(name, "", print, call) : client.ReadJobEvents(name, print, call);
  if (OutputIsClosed()) return kExitOutputClosed;
  RETURN_IF_ERROR(status);
  return kExitDone;
}

absl::StatusOr<int> Cancel(const Session& session, const std::string& name) {
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::Job job, client.CancelJob(name));
  session.Print(ToJson(job), fmt::format("{} {}", job.name, Name(job.state)));
  return kExitDone;
}

}  // namespace

void AddJobs(CLI::App& app, Session& session) {
  CLI::App& jobs = AddGroup(app, "jobs", "List, show, watch and cancel jobs", "tricorn jobs list");
  const auto name = std::make_shared<std::string>();
  const auto with_name = [name](CLI::App& command) -> CLI::App& {
    command.add_option("JOB", *name, "As `jobs list` shows it")->required();
    return command;
  };
  AddCommand(jobs, session, "list", "All jobs, newest first",
             "tricorn jobs list --json | jq -r '.jobs[].name'",
             [&session] { return List(session); });
  with_name(AddCommand(jobs, session, "show", "One job, with its history",
                       "tricorn jobs show fit-k3x9q2m4 --json | jq '.history[-1].logs'",
                       [&session, name] { return Show(session, *name); }));
  const auto cursor = std::make_shared<std::string>();
  CLI::App& watch = with_name(
      AddCommand(jobs, session, "watch", "Follow a job to its end; Ctrl-C leaves it alone",
                 "tricorn jobs watch fit-k3x9q2m4",
                 [&session, name, cursor] { return Watch(session, *name, *cursor); }));
  watch.add_option("--cursor", *cursor, "Go on after this event, as --json shows them");
  const auto follow = std::make_shared<bool>(false);
  CLI::App& logs =
      with_name(AddCommand(jobs, session, "logs", "A job's log lines, those that there are by now",
                           "tricorn jobs logs fit-k3x9q2m4 --follow",
                           [&session, name, follow] { return Logs(session, *name, *follow); }));
  logs.add_flag("--follow,-f", *follow, "And those to come, until the job ends");
  with_name(AddCommand(jobs, session, "cancel", "Stop a job at once",
                       "tricorn jobs cancel fit-k3x9q2m4",
                       [&session, name] { return Cancel(session, *name); }));
}

}  // namespace tricorn::cli
