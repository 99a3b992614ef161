#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/data/dataset.h"
#include "core/io/checkpoint.h"
#include "proto/blob/blob_client.h"
#include "tricorn/v1/worker.pb.h"
#include "worker/blobs/blob_cache.h"

namespace tricorn::worker {

// What a task refers to, on this machine.
struct TrainerInputs {
  std::string model;
  Dataset data;
  std::optional<Dataset> validation_data;
  std::optional<Checkpoint> restore;
};

// Errors: NotFound, DataLoss of blobs; InvalidArgument, naming the file, for data that cannot be
// read.
absl::StatusOr<TrainerInputs> FetchInputs(Env& env, const std::string& scratch_directory,
                                          BlobClient& client, BlobCache& cache,
                                          const v1::TrainerTask& task);

}  // namespace tricorn::worker
