#pragma once

#include <string>

namespace tricorn::worker {

// How a child process computes.
struct EngineOptions {
  int threads = 1;               // of a predictor; a trainer's are its job's
  std::string plugin_directory;  // where classes of users' own come from; empty: nowhere
  std::string device = "cpu";    // as core/backend/choice has it
  std::string trace_directory;   // where fit jobs leave timelines of a GPU; empty: none
  bool allow_tf32 = false;       // GPUs may round the operands of float32 products to TF32
};

}  // namespace tricorn::worker
