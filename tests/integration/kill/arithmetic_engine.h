#pragma once

#include "worker/trainer/engine.h"

namespace tricorn::tests {

// Stands in for the Keras engine where supervision and restarts are tested: float32 weights that
// every step changes by a sum over the virtual shards, whose bits depend on the order of additions.
// The model is a JSON object {"weights": N, "steps": per epoch, "step_ms": M}; the result is the
// weights' bytes.
class ArithmeticEngine : public worker::Engine {
 public:
  absl::StatusOr<worker::EngineResult> Run(worker::EngineTask task,
                                           worker::EngineEvents& events) override;
};

}  // namespace tricorn::tests
