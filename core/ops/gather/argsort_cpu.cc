#include <algorithm>
#include <numeric>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/gather/gather.h"

namespace tricorn::backend::cpu {
namespace {

// The order of numbers with NaN as the greatest.
template <typename A>
bool Less(A a, A b) {
  if constexpr (std::is_floating_point_v<A>) {
    if (a != a) return false;
    if (b != b) return true;
  }
  return a < b;
}

std::unique_ptr<Kernel> MakeArgsort(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::SortAttrs>();
  const ir::Type& x = request.operands[0];
  const int64_t length = x.shape[static_cast<int>(attrs.axis)];
  const int64_t stride = x.shape.Strides()[static_cast<size_t>(attrs.axis)];
  const int64_t count = length == 0 ? 0 : x.num_elements() / length;
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    using A = Accumulator<T>;
    return MakeKernel([length, stride, count, descending = attrs.descending,
                       num_threads = request.num_threads](const KernelArgs& args) {
      ParallelFor(num_threads, count, 1, [&](int64_t begin, int64_t end) {
        std::vector<int32_t> order(static_cast<size_t>(length));
        for (int64_t line = begin; line < end; ++line) {
          const int64_t first = line / stride * stride * length + line % stride;
          const T* from = args.operand<T>(0) + first;
          const auto at = [&](int32_t i) { return static_cast<A>(from[i * stride]); };
          std::iota(order.begin(), order.end(), 0);
          std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) {
            return descending ? Less(at(b), at(a)) : Less(at(a), at(b));
          });
          int32_t* to = args.result<int32_t>(0) + first;
          for (int64_t i = 0; i < length; ++i) to[i * stride] = order[static_cast<size_t>(i)];
        }
      });
    });
  });
}

}  // namespace

void RegisterArgsortCpu(KernelRegistry& registry) { registry.Add(ops::kArgsort, MakeArgsort); }

}  // namespace tricorn::backend::cpu
