#include "core/backend/cpu/cpu_device.h"

#include <cstring>

#include "core/backend/cpu/builtin_kernels.h"
#include "core/backend/cpu/processor/memory.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/backend/cpu/program/cpu_executable.h"
#include "core/backend/cpu/program/pack_invariants.h"
#include "core/backend/cpu/program/program_compiler.h"
#include "core/base/status.h"
#include "core/transform/pipeline.h"

namespace tricorn::backend::cpu {

CpuDevice::CpuDevice() : CpuDevice(BuiltinKernels()) {}

absl::StatusOr<Buffer> CpuDevice::Allocate(int64_t nbytes) {
  std::shared_ptr<std::byte> bytes = AllocateAligned(nbytes);
  if (bytes == nullptr) {
    return ResourceExhausted("buffer: expected {} bytes of memory, received none", nbytes);
  }
  return Buffer{bytes.get(), nbytes, bytes};
}

absl::Status CpuDevice::Upload(const Tensor& from, const Buffer& to) {
  if (from.nbytes() > to.nbytes) {
    return InvalidArgument("upload: expected at most {} bytes, received {}", to.nbytes,
                           from.nbytes());
  }
  std::memcpy(to.data, from.bytes(), static_cast<size_t>(from.nbytes()));
  return absl::OkStatus();
}

absl::Status CpuDevice::Download(const Buffer& from, Tensor& to) {
  if (to.nbytes() > from.nbytes) {
    return InvalidArgument("download: expected at least {} bytes, received {}", to.nbytes(),
                           from.nbytes);
  }
  std::memcpy(to.bytes(), from.data, static_cast<size_t>(to.nbytes()));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Executable>> CpuDevice::Compile(ir::Graph graph,
                                                               const CompileOptions& options) {
  const int num_threads = std::max(options.num_threads, 1);
  // oneDNN divides a convolution among the threads that there are when its primitive is made.
  const ComputeScope scope(num_threads);
  const auto has_kernel = [&](const ir::Graph& g, const ir::Node& node) {
    return MakeKernelOf(kernels_, g, node, num_threads) != nullptr;
  };
  ASSIGN_OR_RETURN(graph, transform::RunPipeline(std::move(graph), {.keep = has_kernel}));
  ASSIGN_OR_RETURN(graph, PackInvariants(graph));
  ASSIGN_OR_RETURN(Program program,
                   CompileProgram(kernels_, graph, options.donations, num_threads));
  return std::make_unique<CpuExecutable>(std::move(graph), std::move(program), num_threads);
}

}  // namespace tricorn::backend::cpu
