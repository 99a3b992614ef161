#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/fields.h"

namespace tricorn {

struct CheckpointFile {
  std::string name;
  int64_t size = 0;    // bytes
  std::string sha256;  // 64 hex digits
  FIELDS(name, size, sha256)
};

// Where in its job a checkpoint was taken, and what it consists of.
struct CheckpointManifest {
  int64_t step = 0;                 // steps done since the job began
  int64_t epoch = 0;                // of the next batch
  int64_t epoch_step = 0;           // steps of that epoch that are done
  std::vector<int64_t> seeds = {};  // what the job's random streams start from
  std::vector<CheckpointFile> files = {};
  FIELDS(step, epoch, epoch_step, seeds, files)
};

struct Checkpoint {
  CheckpointManifest manifest;
  std::map<std::string, std::string> files;  // bytes by name
};

// Checkpoints of one job lie in one folder `root`, each a folder named by its step. One is written
// under a temporary name, synced and renamed, so that a crash leaves the old ones and no part.

// Writes `files` with `manifest` (whose list of files is made here) and returns the checkpoint's
// folder. A damaged checkpoint of the same step is replaced.
// Errors: AlreadyExists for a sound one of that step; InvalidArgument for a name with a slash or
// "manifest.json"; what the disk said, and then nothing is left behind.
absl::StatusOr<std::string> WriteCheckpoint(Env& env, const std::string& root,
                                            CheckpointManifest manifest,
                                            const std::map<std::string, std::string>& files);

// Errors: DataLoss if a file is missing or differs from the manifest.
absl::StatusOr<Checkpoint> ReadCheckpoint(Env& env, const std::string& directory);

// The folder and content of the sound checkpoint with the highest step; none if there is none.
// Torn ones are passed over. Errors: only of listing `root`.
struct FoundCheckpoint {
  std::string directory;
  Checkpoint checkpoint;
};
absl::StatusOr<std::optional<FoundCheckpoint>> FindNewestCheckpoint(Env& env,
                                                                    const std::string& root);

// Removes all but the `keep` checkpoints with the highest steps, and what unfinished writes left.
absl::Status PruneCheckpoints(Env& env, const std::string& root, size_t keep);

}  // namespace tricorn
