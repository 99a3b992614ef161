#pragma once

#include <string>
#include <utility>

#include "worker/trainer/engine.h"

namespace tricorn::worker {

// The Keras engine on this machine's processor.
class KerasEngine : public Engine {
 public:
  // With the classes of the shared objects of `plugin_directory`, if it is not empty.
  explicit KerasEngine(std::string plugin_directory = "")
      : plugin_directory_(std::move(plugin_directory)) {}
  absl::StatusOr<EngineResult> Run(EngineTask task, EngineEvents& events) override;

 private:
  const std::string plugin_directory_;
};

}  // namespace tricorn::worker
