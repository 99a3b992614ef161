#pragma once

#include <functional>
#include <memory>
#include <string>

#include "worker/predictor/predictor.h"
#include "worker/trainer/engine.h"
#include "worker/trainer/engine_options.h"

namespace tricorn::worker {

// What computes in the child processes: the Keras engine in `tricorn-worker`, simple arithmetic in
// a test's program.
struct Engines {
  std::function<std::unique_ptr<Engine>(const EngineOptions& options)> make_engine;
  std::function<LoadModel(const EngineOptions& options)> model_loader;
};

}  // namespace tricorn::worker
