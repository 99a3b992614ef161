#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::backend::cuda {

// Compiles generated kernels to machine code with NVRTC. What it compiled lies in a directory under
// the hash of source, options and compiler version, so that another process finds it. Safe from
// several threads and processes.
class NvrtcCompiler {
 public:
  // `architecture` as in "sm_90". A `cache` that is empty or cannot be written keeps nothing.
  NvrtcCompiler(std::string architecture, std::string cache);

  // The cubin of `source`, which may use element.cuh's names. The compiler's messages are in the
  // error.
  absl::StatusOr<std::string> Compile(std::string_view source) const;

  // $TRICORN_CUDA_CACHE, else tricorn/cuda in the user's cache directory; empty without a home.
  static std::string DefaultCache();

 private:
  absl::StatusOr<std::string> CompileAfresh(std::string_view source) const;
  std::string PathOf(std::string_view source) const;

  const std::string architecture_;
  const std::string cache_;
};

}  // namespace tricorn::backend::cuda
