#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "core/comm/communicator.h"
#include "core/data/dataset.h"
#include "core/io/checkpoint.h"
#include "tricorn/v1/trainer.pb.h"
#include "tricorn/v1/worker.pb.h"

namespace tricorn::worker {

// All that one rank needs to do its part of a job, on this machine already.
struct EngineTask {
  const v1::TrainerTask& task;
  std::string model;  // a `.keras` archive, or the JSON of a model's config
  Dataset data;
  std::optional<Dataset> validation_data;
  std::optional<Checkpoint> restore;  // where to go on
  comm::Communicator& communicator;
  int threads = 1;
  // Called once at most, by all ranks: another communicator, in which each rank owns one shard, for
  // a group of GPUs.
  std::function<absl::StatusOr<std::unique_ptr<comm::Communicator>>()> connect_control = nullptr;
};

// The files of a checkpoint, by name.
using MakeFiles = std::function<absl::StatusOr<std::map<std::string, std::string>>()>;

// What is worth telling while a job runs. Calls come from the thread that computes and return at
// once.
class EngineEvents {
 public:
  virtual ~EngineEvents() = default;
  // After every step; what is not sent yet is replaced.
  virtual void OnProgress(v1::Progress progress) = 0;
  virtual void OnEpochEnd(v1::EpochLogs logs) = 0;
  // A state to go on from. Of rank 0 only, for all ranks hold the same bits. `make_files` runs
  // later, on another thread, so it holds all it needs.
  virtual void OnCheckpoint(CheckpointManifest manifest, MakeFiles make_files) = 0;
  // A line for the job's log.
  virtual void OnLog(v1::LogLine::Severity severity, std::string text) = 0;
};

// What a job leaves. Of rank 0; empty on the others.
struct EngineResult {
  std::string model;  // of a fit: the trained `.keras`, with the optimizer's state
  std::map<std::string, double> metrics;
  std::string predictions;  // of a predict: an `.npz`, arrays named after the model's outputs
};

// What computes: the Keras engine, and fakes in tests.
class Engine {
 public:
  virtual ~Engine() = default;
  // Fits, evaluates or predicts, as the task's spec says.
  // Errors: bad input of the user's as InvalidArgument and the like; a lost rank as Unavailable.
  virtual absl::StatusOr<EngineResult> Run(EngineTask task, EngineEvents& events) = 0;
};

}  // namespace tricorn::worker
