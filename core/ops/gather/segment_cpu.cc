#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/index_at.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/elementwise/scalar.h"
#include "core/ops/gather/gather.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kBytesPerThread = int64_t{64} << 10;

struct Maximum {
  template <typename A>
  static A Identity() {
    if constexpr (std::is_floating_point_v<A>) return -std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::lowest();
  }
  template <typename A>
  static A Join(A a, A b) {
    return ops::scalar::maximum(a, b);
  }
};
struct Minimum {
  template <typename A>
  static A Identity() {
    if constexpr (std::is_floating_point_v<A>) return std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::max();
  }
  template <typename A>
  static A Join(A a, A b) {
    return ops::scalar::minimum(a, b);
  }
};
struct Product {
  template <typename A>
  static A Identity() {
    return A(1);
  }
  template <typename A>
  static A Join(A a, A b) {
    return ops::scalar::multiply(a, b);
  }
};

// Threads share the columns, so that each result's elements join in their order.
template <typename Reduction>
std::unique_ptr<Kernel> MakeSegments(const KernelRequest& request) {
  const ir::Type& data = request.operands[0];
  const int64_t count = data.shape[0];
  const int64_t num_segments = request.attrs.As<ops::SegmentAttrs>().num_segments;
  int64_t inner = 1;
  for (int k = 1; k < data.rank(); ++k) inner *= data.shape[k];
  return DispatchDType(data.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (std::is_same_v<T, bool>) {
      return nullptr;
    } else {
      using A = std::conditional_t<std::is_integral_v<T>, T, Accumulator<T>>;
      return MakeKernel([=, id_dtype = request.operands[1].dtype,
                         num_threads = request.num_threads](const KernelArgs& args) {
        const T* from = args.operand<T>(0);
        T* to = args.result<T>(0);
        std::fill_n(to, num_segments * inner, static_cast<T>(Reduction::template Identity<A>()));
        const int64_t column_nbytes = std::max<int64_t>(count * static_cast<int64_t>(sizeof(T)), 1);
        const int64_t grain = std::max<int64_t>(kBytesPerThread / column_nbytes, 16);
        ParallelFor(num_threads, inner, grain, [&](int64_t begin, int64_t end) {
          for (int64_t i = 0; i < count; ++i) {
            const int64_t id = IndexAt(id_dtype, args.operands[1], i);
            if (id < 0 || id >= num_segments) continue;
            for (int64_t c = begin; c < end; ++c) {
              T& y = to[id * inner + c];
              y = static_cast<T>(
                  Reduction::Join(static_cast<A>(y), static_cast<A>(from[i * inner + c])));
            }
          }
        });
      });
    }
  });
}

}  // namespace

void RegisterSegmentCpu(KernelRegistry& registry) {
  registry.Add(ops::kSegmentMax, MakeSegments<Maximum>);
  registry.Add(ops::kSegmentMin, MakeSegments<Minimum>);
  registry.Add(ops::kSegmentProd, MakeSegments<Product>);
}

}  // namespace tricorn::backend::cpu
