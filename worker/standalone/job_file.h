#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/data/formats/dataset_spec.h"

namespace tricorn::worker {

// A job in a file, paths relative to the working directory:
//
//   {"model": "mlp.keras",
//    "data": {"format": "npz", "files": [{"path": "train.npz"}]},
//    "spec": {"fit": {"epochs": 2, "batchSize": 64, "seed": "7"}, "virtualShards": 4},
//    "output": "trained.keras"}
struct JobFile {
  std::string model;  // a `.keras` archive, or the JSON of a model's config
  DatasetSpec data;
  std::optional<DatasetSpec> validation_data = std::nullopt;
  // A tricorn.v1.JobSpec as protobuf writes it in JSON, without model and data. virtual_shards of
  // 0: the number of ranks, and then the result depends on it. fit.seed absent: 0.
  Json spec;
  std::string output = {};  // where the trained model goes, or the predictions; empty: nowhere
  FIELDS(model, data, validation_data, spec, output)
};

// Errors: those of reading; InvalidArgument, naming the file and the key.
absl::StatusOr<JobFile> ReadJobFile(Env& env, const std::string& path);

}  // namespace tricorn::worker
