#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/formats/dataset_spec.h"

// What a user asks for. Arguments that Keras has are named and defaulted as in Keras.

namespace tricorn::client {

// The model that a job works with.
struct ModelSource {
  // One that the coordinator has: "fashion-cnn" (its latest version), "models/fashion-cnn",
  // "models/fashion-cnn/versions/3".
  static ModelSource Stored(std::string name);
  // A `.keras` archive, or the JSON of a model's config, to be uploaded.
  static ModelSource File(std::string path);
  static ModelSource Bytes(std::string bytes);

  enum class Kind { kStored, kFile, kBytes };
  Kind kind = Kind::kStored;
  std::string value;
};

// The samples that a job reads.
struct DataSource {
  // One that the coordinator has: "mnist" or "datasets/mnist".
  static DataSource Stored(std::string name);
  // Files to be uploaded for this job alone, as they are: uint8 stays uint8.
  static DataSource Files(DatasetSpec spec);

  std::string stored;  // empty: `files`
  DatasetSpec files;
};

// What all kinds of jobs have.
struct JobOptions {
  std::string job_id;  // [a-z0-9][a-z0-9._-]{0,62}; empty: the coordinator makes one
  int workers = 1;     // processes that share each batch
  int threads = 0;     // a worker; 0: its threads divided by its slots
  int virtual_shards = 0;
  bool exact = true;  // the same bits on any number of workers, or the fastest sum
  int priority = 0;
  std::string queue;
  std::string compile_config_json;  // overrides what the model was saved with
};

struct FitRequest {
  ModelSource model;
  DataSource data;
  int epochs = 1;
  int batch_size = 32;
  bool shuffle = true;
  std::optional<uint64_t> seed = std::nullopt;
  std::map<int64_t, double> class_weight = {};
  int initial_epoch = 0;
  int64_t steps_per_epoch = 0;
  std::optional<DataSource> validation_data = std::nullopt;
  double validation_split = 0;
  int validation_batch_size = 0;
  int64_t validation_steps = 0;
  int validation_freq = 1;
  // "auto", "full", ...: what steps compute again rather than keep. Empty: nothing.
  std::string remat = {};
  // Every worker keeps the optimizer's slots for a part of the weights only. The same result.
  bool shard_optimizer_state = false;
  // Keras's callbacks: {"class_name": "EarlyStopping", "config": {"patience": 3}}.
  std::vector<Json> callbacks = {};
  // "fashion-cnn": the model that the result becomes a version of. Empty: that of a stored model,
  // or one named after the job.
  std::string output_model = {};
  int checkpoint_every_epochs = 0;
  int64_t checkpoint_every_steps = 0;
  JobOptions job = {};
};

struct EvaluateRequest {
  ModelSource model;
  DataSource data;
  int batch_size = 32;
  int64_t steps = 0;
  JobOptions job = {};
};

// Prediction over a whole dataset, as a job. Client::Predict is for what fits in a message.
struct PredictJobRequest {
  ModelSource model;
  DataSource data;
  int batch_size = 32;
  int64_t steps = 0;
  JobOptions job = {};
};

}  // namespace tricorn::client
