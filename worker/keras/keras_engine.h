#pragma once

#include "worker/trainer/engine.h"

namespace tricorn::worker {

// The Keras engine on this machine's processor.
class KerasEngine : public Engine {
 public:
  absl::StatusOr<EngineResult> Run(EngineTask task, EngineEvents& events) override;
};

}  // namespace tricorn::worker
