#pragma once

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/base/mutex.h"
#include "core/io/checkpoint.h"
#include "proto/blob/blob_client.h"
#include "tricorn/v1/job.pb.h"
#include "worker/trainer/engine.h"
#include "worker/trainer/trainer_calls.h"

namespace tricorn::worker {

// Makes restore points off the step's path: writes the files to disk, uploads them and commits, in
// a thread of its own. One that is overtaken by a newer one before its turn comes is dropped, so
// memory is bounded while the coordinator is away; `on_dropped` hears of it.
class Checkpointer {
 public:
  // `on_error` hears, on the checkpointer's thread, of a checkpoint that failed: the job goes on
  // and the next one may do better. Aborted with reason STALE_GENERATION: the rank was replaced.
  // `on_dropped` hears, on Add's thread, the global steps of a dropped checkpoint and of the one
  // that overtook it, and returns at once.
  Checkpointer(Env& env, std::string directory, BlobClient& blobs, TrainerCalls& calls,
               std::function<void(const absl::Status&)> on_error,
               std::function<void(int64_t dropped, int64_t by)> on_dropped);
  ~Checkpointer();

  // `make_files` runs on the checkpointer's thread. `history`: logs of the finished epochs, of
  // which those are told that no commit before has told.
  void Add(CheckpointManifest manifest, MakeFiles make_files, std::vector<v1::EpochLogs> history);
  // Waits until all that was added is committed or has failed; false at the deadline.
  bool Drain(absl::Time deadline = absl::InfiniteFuture());

 private:
  struct Pending {
    CheckpointManifest manifest;
    MakeFiles make_files;
    std::vector<v1::EpochLogs> history;
  };

  void Run();
  absl::Status Commit(Pending checkpoint);

  Env& env_;
  const std::string directory_;
  BlobClient& blobs_;
  TrainerCalls& calls_;
  const std::function<void(const absl::Status&)> on_error_;
  const std::function<void(int64_t dropped, int64_t by)> on_dropped_;

  Mutex mu_;
  std::optional<Pending> pending_ ABSL_GUARDED_BY(mu_);
  bool busy_ ABSL_GUARDED_BY(mu_) = false;
  bool stopped_ ABSL_GUARDED_BY(mu_) = false;

  int32_t next_epoch_ = 0;  // of the thread: those before are told

  std::thread thread_;  // last: it uses all of the above
};

// The checkpoint whose files the coordinator holds, fetched into `directory` and checked.
absl::StatusOr<Checkpoint> FetchCheckpoint(Env& env, const std::string& directory,
                                           BlobClient& blobs, const v1::Checkpoint& from);

}  // namespace tricorn::worker
