#pragma once

#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/backend/cuda/codegen/nvrtc_compiler.h"
#include "core/base/mutex.h"

namespace tricorn::backend::cuda {

// Compiles sources on threads of its own as they come, so that who makes more of them, or measures
// meanwhile, need not wait. For one thread at a time.
class EarlyCompiler {
 public:
  // `compiler` outlives this.
  explicit EarlyCompiler(const NvrtcCompiler& compiler) : compiler_(compiler) {}
  ~EarlyCompiler();  // what has not begun is dropped
  EarlyCompiler(const EarlyCompiler&) = delete;
  EarlyCompiler& operator=(const EarlyCompiler&) = delete;

  void Add(std::string source);
  // The cubins of all so far, in order; the first error.
  absl::StatusOr<std::vector<std::string>> Wait();

 private:
  struct Job {
    std::string source;
    std::optional<absl::StatusOr<std::string>> cubin;
  };
  void Work();

  const NvrtcCompiler& compiler_;
  Mutex mu_;
  std::deque<Job> jobs_ ABSL_GUARDED_BY(mu_);  // those that are there stay where they are
  size_t next_ ABSL_GUARDED_BY(mu_) = 0;
  size_t finished_ ABSL_GUARDED_BY(mu_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace tricorn::backend::cuda
