#pragma once

#include <utility>

#include "worker/trainer/engine.h"
#include "worker/trainer/engine_options.h"

namespace tricorn::worker {

// The Keras engine on one device of this machine.
class KerasEngine : public Engine {
 public:
  explicit KerasEngine(EngineOptions options = {}) : options_(std::move(options)) {}
  absl::StatusOr<EngineResult> Run(EngineTask task, EngineEvents& events) override;

 private:
  const EngineOptions options_;
};

}  // namespace tricorn::worker
