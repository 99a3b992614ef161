#pragma once

#include <string>

#include "core/backend/cuda_loader.h"
#include "core/backend/device.h"

namespace tricorn::bench {

// A GPU that is not there: it compiles graphs as the CUDA module does, writes them to standard
// output, and runs nothing.
class GraphDumpDevice : public backend::Device {
 public:
  explicit GraphDumpDevice(const backend::CudaOptions& options) : options_(options) {}

  std::string_view platform() const override { return "cuda"; }
  absl::StatusOr<backend::Buffer> Allocate(int64_t nbytes) override;
  absl::Status Upload(const Tensor& from, const backend::Buffer& to) override;
  absl::Status Download(const backend::Buffer& from, Tensor& to) override;
  absl::StatusOr<std::unique_ptr<backend::Executable>> Compile(
      ir::Graph graph, const backend::CompileOptions& options) override;

 private:
  const backend::CudaOptions options_;
};

}  // namespace tricorn::bench
