#include "worker/trainer/checkpointer.h"

#include <utility>

#include "core/base/mutex.h"
#include "core/base/status.h"

namespace tricorn::worker {

Checkpointer::Checkpointer(Env& env, std::string directory, BlobClient& blobs, TrainerCalls& calls,
                           std::function<void(const absl::Status&)> on_error,
                           std::function<void(int64_t dropped, int64_t by)> on_dropped)
    : env_(env),
      directory_(std::move(directory)),
      blobs_(blobs),
      calls_(calls),
      on_error_(std::move(on_error)),
      on_dropped_(std::move(on_dropped)),
      thread_([this] { Run(); }) {}

Checkpointer::~Checkpointer() {
  {
    MutexLock lock(&mu_);
    stopped_ = true;
  }
  thread_.join();
}

void Checkpointer::Add(CheckpointManifest manifest, MakeFiles make_files,
                       std::vector<v1::EpochLogs> history) {
  const int64_t global_step = manifest.step;
  std::optional<Pending> overtaken =
      Pending{std::move(manifest), std::move(make_files), std::move(history)};
  {
    MutexLock lock(&mu_);
    std::swap(pending_, overtaken);
  }
  if (overtaken) on_dropped_(overtaken->manifest.step, global_step);
}

bool Checkpointer::Drain(absl::Time deadline) {
  MutexLock lock(&mu_);
  auto idle = [this] {
    mu_.AssertHeld();
    return !pending_ && !busy_;
  };
  return mu_.AwaitWithDeadline(idle, deadline);
}

void Checkpointer::Run() {
  MutexLock lock(&mu_);
  while (true) {
    auto work = [this] {
      mu_.AssertHeld();
      return stopped_ || pending_;
    };
    mu_.Await(work);
    if (stopped_) return;
    Pending checkpoint = *std::move(pending_);
    pending_.reset();
    busy_ = true;
    mu_.Unlock();
    const int64_t step = checkpoint.manifest.step;
    const absl::Status status = Commit(std::move(checkpoint));
    if (!status.ok()) on_error_(WithSubject(status, fmt::format("checkpoint of step {}", step)));
    mu_.Lock();
    busy_ = false;
  }
}

absl::Status Checkpointer::Commit(Pending checkpoint) {
  v1::CommitCheckpointRequest request;
  v1::Checkpoint& to = *request.mutable_checkpoint();
  to.set_global_step(checkpoint.manifest.step);
  to.set_epoch(static_cast<int32_t>(checkpoint.manifest.epoch));
  to.set_step(checkpoint.manifest.epoch_step);
  int32_t next_epoch = next_epoch_;
  for (v1::EpochLogs& epoch : checkpoint.history) {
    if (epoch.epoch() < next_epoch_) continue;
    next_epoch = epoch.epoch() + 1;
    *request.add_history() = std::move(epoch);
  }

  ASSIGN_OR_RETURN(auto files, checkpoint.make_files());
  checkpoint.make_files = nullptr;
  RETURN_IF_ERROR(env_.MakeDirectories(directory_));
  ASSIGN_OR_RETURN(const std::string written,
                   WriteCheckpoint(env_, directory_, std::move(checkpoint.manifest), files));
  files.clear();
  const absl::Status status = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<std::string> names, env_.List(written));
    for (const std::string& name : names) {
      ASSIGN_OR_RETURN(const auto file, env_.NewRandomAccessFile(JoinPath(written, name)));
      ASSIGN_OR_RETURN(const std::string blob, blobs_.Upload(*file));
      v1::CheckpointFile& entry = *to.add_files();
      entry.set_path(name);
      entry.set_blob(blob);
      entry.set_size_bytes(static_cast<int64_t>(file->size()));
    }
    return calls_.CommitCheckpoint(std::move(request));
  }();
  if (status.ok()) next_epoch_ = next_epoch;
  env_.RemoveRecursively(written).IgnoreError();  // the coordinator has it, or it is worth nothing
  return status;
}

absl::StatusOr<Checkpoint> FetchCheckpoint(Env& env, const std::string& directory,
                                           BlobClient& blobs, const v1::Checkpoint& from) {
  RETURN_IF_ERROR(env.MakeDirectories(directory));
  for (const v1::CheckpointFile& entry : from.files()) {
    if (entry.path().empty() || entry.path().find('/') != std::string::npos ||
        entry.path() == "..") {
      return InvalidArgument("checkpoint of step {}: expected plain file names, received '{}'",
                             from.global_step(), entry.path());
    }
    ASSIGN_OR_RETURN(auto file, env.NewWritableFile(JoinPath(directory, entry.path())));
    RETURN_IF_ERROR(blobs.Download(entry.blob(), *file));
    RETURN_IF_ERROR(file->Close());
  }
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ReadCheckpoint(env, directory));
  env.RemoveRecursively(directory).IgnoreError();  // in memory now; the agent removes what stays
  return checkpoint;
}

}  // namespace tricorn::worker
