#pragma once

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/comm/device_group.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/training/distribution.h"
#include "core/keras/training/trainer.h"
#include "worker/trainer/engine.h"
#include "worker/trainer/engine_options.h"

namespace tricorn::worker {

// What fit, evaluate and predict share on one rank.
struct JobSession {
  EngineTask task;
  std::unique_ptr<backend::Device> device;
  std::string trace_directory;  // as EngineOptions
  keras::Registries objects;    // the classes that the job may name
  keras::LoadedModel loaded;
  std::unique_ptr<comm::DeviceGroup> device_group = nullptr;  // outlives the trainer

  const v1::JobSpec& spec() const { return task.task.spec(); }
  keras::Model& model() { return *loaded.model; }
  bool leads() const { return task.task.rank() == 0; }
};

// The device of the options; which one it is, and why it is no GPU, goes to the job's log.
absl::StatusOr<std::unique_ptr<backend::Device>> OpenJobDevice(const EngineOptions& options,
                                                               EngineEvents& events);

// How this rank computes its shards. Bits may depend on the threads of a shard, so these follow
// from the spec alone: the threads that the whole gang asks for, divided by the shards; one a shard
// when it asks for none. Only a job of one shard that asks for none takes what its host gives it.
keras::Distribution DistributionOf(const EngineTask& task);

// A trainer for the session's model, with the optimizer's saved state. As in Keras, a state of
// another number of variables is left out: an archive saved before the first step has none of the
// slots.
absl::StatusOr<std::unique_ptr<keras::Trainer>> MakeTrainer(JobSession& session,
                                                            EngineEvents& events);

inline constexpr int64_t kDefaultBatchSize = 32;

// A proto's 0: Keras's default, but never more than there are rows.
int64_t BatchSizeOr(int64_t given, int64_t rows);

}  // namespace tricorn::worker
