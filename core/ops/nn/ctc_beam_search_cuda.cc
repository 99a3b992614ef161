#include "core/backend/cuda/kernel/host_kernel.h"
#include "core/ops/nn/ctc_beam_arrays.h"
#include "core/tensor/tensor.h"

// On the host: prefixes that branch and merge frame after frame are no work for a GPU, and nothing
// trains through them.

namespace tricorn::backend::cuda {
namespace {

std::unique_ptr<Kernel> MakeCtcBeamSearch(const KernelRequest& request) {
  const Shape shape = request.operands[0].shape;
  const auto a = request.attrs.As<ops::CtcBeamSearchAttrs>();
  return DispatchDType(request.operands[0].dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (std::is_integral_v<T>) {
      return nullptr;
    } else {
      return MakeHostKernel(request, [=](std::span<const std::byte* const> operands,
                                         std::span<std::byte* const> results) {
        ops::CtcBeamSearchArrays(shape, a, reinterpret_cast<const T*>(operands[0]),
                                 reinterpret_cast<const int32_t*>(operands[1]),
                                 reinterpret_cast<int32_t*>(results[0]),
                                 reinterpret_cast<T*>(results[1]), 0, shape[0]);
      });
    }
  });
}

}  // namespace

void RegisterCtcBeamSearchCuda(KernelRegistry& registry) {
  registry.Add(ops::kCtcBeamSearch, MakeCtcBeamSearch);
}

}  // namespace tricorn::backend::cuda
