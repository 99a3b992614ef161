#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/backend/trace.h"

namespace tricorn::backend {

// What a program and a module must have in common to share types.
inline constexpr char kModuleBuild[] = "tricorn cuda module 3, " __VERSION__;

struct CudaOptions {
  // Products of float32 may round their operands to TF32: several times faster, about three digits.
  bool allow_tf32 = false;
};

// GPU `ordinal`, through the module libtricorn_cuda.so beside the running program (or at
// $TRICORN_CUDA_MODULE), which is loaded once. NotFound when there is no module, no driver or no
// such GPU; FailedPrecondition when the module is of another build.
absl::StatusOr<std::unique_ptr<Device>> LoadCudaDevice(int ordinal,
                                                       const CudaOptions& options = {});

// A look at all GPUs of this process. NotFound also where the profiling library (CUPTI) is missing,
// FailedPrecondition also while there is another.
absl::StatusOr<std::unique_ptr<Trace>> StartCudaTrace();

// Whether there is a file where LoadCudaDevice looks for the module, whatever it holds.
bool HasCudaModule();

// `graph` as LoadCudaDevice's device would run it, after all passes, by the same module and with no
// GPU; ops that the libraries have no kernel for without one are decomposed. Errors: NotFound and
// FailedPrecondition as above; those of the passes.
absl::StatusOr<ir::Graph> CudaGraph(ir::Graph graph, const CudaOptions& options = {});

// What other folders put into the module, by its C name. FailedPrecondition when this module lacks
// it; otherwise as LoadCudaDevice.
absl::StatusOr<void*> CudaModuleSymbol(const std::string& name);

}  // namespace tricorn::backend
