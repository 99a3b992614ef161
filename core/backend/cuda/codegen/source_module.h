#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "core/backend/cuda/codegen/early_compiler.h"
#include "core/backend/cuda/codegen/nvrtc_compiler.h"

namespace tricorn::backend::cuda {

// A generated kernel. `handle` is there once its module has been loaded.
struct Function {
  cudaKernel_t handle = nullptr;
};

// `declarations __global__ void name(parameters) { body }` for blocks of `threads` threads.
struct KernelSource {
  std::string name = "kernel";  // in traces
  std::string declarations = "";
  std::string parameters;
  std::string body;
  int threads = 256;
  int64_t shared_nbytes = 0;  // of its `extern __shared__` array
};

// The generated kernels of one executable. Equal sources are one function.
class SourceModule {
 public:
  SourceModule() = default;
  // Begins to compile what is added at once.
  explicit SourceModule(const NvrtcCompiler& compiler) : early_(std::in_place, compiler) {}
  ~SourceModule();
  SourceModule(const SourceModule&) = delete;
  SourceModule& operator=(const SourceModule&) = delete;

  std::shared_ptr<const Function> Add(const KernelSource& source);
  // Compiles all of them, side by side: the cubin of each.
  absl::StatusOr<std::vector<std::string>> Compile(const NvrtcCompiler& compiler) const;
  // Compiles all of them and loads them on the current device.
  absl::Status Load(const NvrtcCompiler& compiler);

 private:
  struct Source {
    std::string name;
    std::string text;
    int64_t shared_nbytes;
    std::shared_ptr<Function> function;
  };

  std::optional<EarlyCompiler> early_;
  std::vector<Source> sources_;
  absl::flat_hash_map<std::string, size_t> by_text_;  // into sources_
  std::vector<cudaLibrary_t> libraries_;
};

}  // namespace tricorn::backend::cuda
