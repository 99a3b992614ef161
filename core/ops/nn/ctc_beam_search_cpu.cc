#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/nn/ctc_beam_arrays.h"

namespace tricorn::backend::cpu {
namespace {

std::unique_ptr<Kernel> MakeCtcBeamSearch(const KernelRequest& request) {
  const Shape& shape = request.operands[0].shape;
  const auto a = request.attrs.As<ops::CtcBeamSearchAttrs>();
  return DispatchDType(request.operands[0].dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (!kIsHalf<T> && !std::is_floating_point_v<T>) {
      return nullptr;
    } else {
      return MakeKernel([=, num_threads = request.num_threads](const KernelArgs& args) {
        ParallelFor(num_threads, shape[0], 1, [&](int64_t begin, int64_t end) {
          ops::CtcBeamSearchArrays(shape, a, args.operand<T>(0), args.operand<int32_t>(1),
                                   args.result<int32_t>(0), args.result<T>(1), begin, end);
        });
      });
    }
  });
}

}  // namespace

void RegisterCtcBeamSearchCpu(KernelRegistry& registry) {
  registry.Add(ops::kCtcBeamSearch, MakeCtcBeamSearch);
}

}  // namespace tricorn::backend::cpu
