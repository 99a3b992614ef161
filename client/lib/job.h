#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/json.h"

// What the coordinator says about jobs; proto/tricorn/v1/job.proto has the contract of each field.

namespace tricorn::client {

// Values by log name: "loss", "accuracy", "val_loss".
using Logs = std::map<std::string, double>;

enum class JobState { kUnknown, kPending, kStarting, kRunning, kSucceeded, kFailed, kCancelled };

std::string_view Name(JobState state);  // "pending"
bool IsFinal(JobState state);

// How far a job is. Logs are running means over the epoch, as Keras's progress bar shows them.
struct Progress {
  std::string phase;  // "training", "validation", "evaluation", "prediction"
  int epoch = 0;      // 0-based
  int epochs = 0;
  int64_t step = 0;   // finished in this epoch
  int64_t steps = 0;  // of this epoch; 0 while unknown
  int64_t global_step = 0;
  double samples_per_second = 0;
  double seconds_per_step = 0;
  Logs logs;
};

// What an epoch ended with.
struct EpochLogs {
  int epoch = 0;  // 0-based
  double duration_seconds = 0;
  Logs logs;
};

struct Failure {
  absl::StatusCode code = absl::StatusCode::kUnknown;
  std::string message;
  std::string worker;  // `workers/{worker}`; empty when it happened on none
  int rank = 0;
  int64_t generation = 0;
  bool retryable = false;
};

// A stored file of a job's result.
struct ResultFile {
  std::string path;
  std::string blob;  // `blobs/{sha256}`
  int64_t size_bytes = 0;
};

struct JobResult {
  std::string model_version;  // `models/{model}/versions/{number}` of a fit job
  Logs metrics;
  std::vector<ResultFile> predictions;  // of a predict job: NPZ files in sample order
};

struct Job {
  std::string name;  // `jobs/{job}`
  std::string kind;  // "fit", "evaluate", "predict"
  JobState state = JobState::kUnknown;
  std::string pending_reason;
  int64_t generation = 0;
  int restarts = 0;
  uint64_t seed = 0;
  int virtual_shards = 0;
  std::vector<std::string> workers;
  std::optional<Progress> progress;
  std::vector<EpochLogs> history;  // not in lists and events
  std::optional<Failure> failure;
  std::optional<JobResult> result;
  std::optional<absl::Time> create_time;
  std::optional<absl::Time> start_time;
  std::optional<absl::Time> end_time;
};

struct LogLine {
  std::string severity;  // "info", "warning", "error"
  std::string text;
  std::string worker;  // empty: the coordinator
  int rank = 0;
  std::optional<absl::Time> time;
};

// A restore point was written.
struct CheckpointSaved {
  int epoch = 0;
  int64_t global_step = 0;
};

// One thing that happened to a job.
struct JobEvent {
  std::string cursor;  // Watch goes on after it; empty in events that are not kept
  std::variant<Job, Progress, EpochLogs, LogLine, CheckpointSaved> event;
};

Json ToJson(const Logs& logs);
Json ToJson(const Progress& progress);
Json ToJson(const EpochLogs& logs);
Json ToJson(const Job& job);
// {"cursor": ..., "job" | "progress" | "epoch_logs" | "log_line" | "checkpoint": {...}}
Json ToJson(const JobEvent& event);

// OK for a job that succeeded or goes on, Cancelled, or the failure's code and message.
absl::Status Outcome(const Job& job);

}  // namespace tricorn::client
