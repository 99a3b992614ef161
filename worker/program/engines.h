#pragma once

#include <functional>
#include <memory>
#include <string>

#include "worker/predictor/predictor.h"
#include "worker/trainer/engine.h"

namespace tricorn::worker {

// What computes in the child processes: the Keras engine in `tricorn-worker`, simple arithmetic in
// a test's program.
struct Engines {
  std::function<std::unique_ptr<Engine>()> make_engine;
  // A loader whose models compute with so many threads.
  std::function<LoadModel(int threads)> model_loader;
};

}  // namespace tricorn::worker
