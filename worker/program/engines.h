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
  // `plugin_directory`: where classes of users' own come from; empty: nowhere.
  std::function<std::unique_ptr<Engine>(const std::string& plugin_directory)> make_engine;
  // A loader whose models compute with so many threads.
  std::function<LoadModel(int threads, const std::string& plugin_directory)> model_loader;
};

}  // namespace tricorn::worker
