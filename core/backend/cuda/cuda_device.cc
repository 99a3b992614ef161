#include "core/backend/cuda/cuda_device.h"

#include <malloc.h>

#include "core/backend/cuda/builtin_kernels.h"
#include "core/backend/cuda/device/cuda_feed.h"
#include "core/backend/cuda/program/cuda_executable.h"
#include "core/backend/cuda/program/program_compiler.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/backend/prepared_executable.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
CudaDevice::CudaDevice(std::shared_ptr<DeviceContext> context, const CudaOptions& options)
    : context_(std::move(context)), kernels_(BuiltinKernels()), options_(options) {}

absl::StatusOr<std::unique_ptr<CudaDevice>> CudaDevice::Create(int ordinal,
                                                               const CudaOptions& options) {
  ASSIGN_OR_RETURN(std::shared_ptr<DeviceContext> context, DeviceContext::Create(ordinal));
  return std::unique_ptr<CudaDevice>(new CudaDevice(std::move(context), options));
}

absl::StatusOr<Buffer> CudaDevice::Allocate(int64_t nbytes) {
  return context_->Allocate(nbytes, "buffer");
}

absl::Status CudaDevice::Upload(const Tensor& from, const Buffer& to) {
  if (from.nbytes() > to.nbytes) {
    return InvalidArgument("upload: expected at most {} bytes, received {}", to.nbytes,
                           from.nbytes());
  }
  return context_->Upload(from, to.data);
}

absl::Status CudaDevice::Download(const Buffer& from, Tensor& to) {
  if (to.nbytes() > from.nbytes) {
    return InvalidArgument("download: expected at least {} bytes, received {}", to.nbytes(),
                           from.nbytes);
  }
  return context_->Download(from.data, to);
}

absl::StatusOr<Tensor> CudaDevice::AllocateHost(DType dtype, Shape shape) {
  RETURN_IF_ERROR(context_->MakeCurrent());
  return context_->pinned_memory().Allocate(dtype, std::move(shape));
}

absl::StatusOr<std::unique_ptr<Feed>> CudaDevice::MakeFeed(std::span<const int64_t> nbytes) {
  return CudaFeed::Create(context_, nbytes);
}

absl::Status CudaDevice::Synchronize() {
  RETURN_IF_ERROR(context_->MakeCurrent());
  return ToStatus(cudaStreamSynchronize(context_->stream()), "synchronize");
}

absl::StatusOr<MemoryUse> CudaDevice::Memory() { return context_->Memory(); }

absl::Status CudaDevice::ResetPeakMemory() { return context_->ResetPeakMemory(); }

absl::StatusOr<std::unique_ptr<Executable>> CudaDevice::Compile(ir::Graph graph,
                                                                const CompileOptions& options) {
  RETURN_IF_ERROR(context_->MakeCurrent());
  if (options.constant_inputs.empty()) return CompileWhole(std::move(graph), options);
  ASSIGN_OR_RETURN(transform::ConstantPart parts,
                   SplitConstants(kernels_, options_, context_->libraries(), std::move(graph),
                                  options.constant_inputs));
  ASSIGN_OR_RETURN(std::unique_ptr<Executable> run, CompileWhole(std::move(parts.run), options));
  if (parts.prepare.outputs().empty()) return run;
  ASSIGN_OR_RETURN(std::unique_ptr<Executable> prepare, CompileWhole(std::move(parts.prepare), {}));
  return PreparedExecutable::Create(*this, std::move(prepare), std::move(run),
                                    options.constant_inputs);
}

absl::StatusOr<std::unique_ptr<Executable>> CudaDevice::CompileWhole(
    ir::Graph graph, const CompileOptions& options) {
  auto module = std::make_unique<SourceModule>(context_->compiler());
  const Compilation compilation{
      .registry = kernels_, .options = options_, .context = context_, .module = *module};
  ASSIGN_OR_RETURN(graph, RunPasses(kernels_, options_, context_->libraries(), std::move(graph)));
  ASSIGN_OR_RETURN(std::unique_ptr<Program> program,
                   CompileProgram(compilation, graph, options.donations));
  SmallFills fills(*module);
  RETURN_IF_ERROR(module->Load(context_->compiler()));
  malloc_trim(0);  // what the compiler has left
  return std::make_unique<CudaExecutable>(context_, std::move(graph), std::move(module),
                                          std::move(fills), std::move(program));
}

}  // namespace tricorn::backend::cuda
