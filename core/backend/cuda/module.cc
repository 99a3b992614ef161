#include "core/backend/cuda/builtin_kernels.h"
#include "core/backend/cuda/cuda_device.h"
#include "core/backend/cuda/program/program_compiler.h"
#include "core/backend/cuda/runtime/activity_trace.h"
#include "core/backend/cuda_loader.h"

// What a program finds in this module: see cuda_loader.cc.

extern "C" {

__attribute__((visibility("default"))) const char* tricorn_cuda_module_build() {
  return tricorn::backend::kModuleBuild;
}

__attribute__((visibility("default"))) void tricorn_cuda_create_device(
    int ordinal, const tricorn::backend::CudaOptions& options,
    absl::StatusOr<std::unique_ptr<tricorn::backend::Device>>* device) {
  *device = tricorn::backend::cuda::CudaDevice::Create(ordinal, options);
}

__attribute__((visibility("default"))) void tricorn_cuda_run_passes(
    const tricorn::backend::CudaOptions& options, absl::StatusOr<tricorn::ir::Graph>* graph) {
  namespace cuda = tricorn::backend::cuda;
  cuda::Libraries libraries;
  *graph = cuda::RunPasses(cuda::BuiltinKernels(), options, libraries, *std::move(*graph));
}

__attribute__((visibility("default"))) void tricorn_cuda_start_trace(
    absl::StatusOr<std::unique_ptr<tricorn::backend::Trace>>* trace) {
  *trace = tricorn::backend::cuda::ActivityTrace::Start();
}
}
