#include <algorithm>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/pool_windows.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/pool/pool.h"

namespace tricorn::backend::cpu {
namespace {

// The number that each window's sum is divided by.
struct Divisor {
  int64_t window;  // elements of a whole window
  bool count_padding;

  Divisor(const ops::AvgPoolAttrs& attrs)
      : window(1), count_padding(attrs.count_padding) {  // NOLINT
    for (const int64_t length : attrs.window) window *= length;
  }
  int64_t Of(std::span<const int32_t> taps) const {
    return count_padding ? window : static_cast<int64_t>(taps.size());
  }
};

template <typename T>
void Pool(const PoolWindows& w, Divisor divisor, const T* x, T* y, int num_threads) {
  using A = Accumulator<T>;
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    std::vector<A> sums(static_cast<size_t>(w.channels()));
    for (int64_t n = begin; n < end; ++n) {
      const T* sample = x + n * w.ins() * w.channels();
      T* to = y + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, to += w.channels()) {
        std::fill(sums.begin(), sums.end(), A(0));
        for (const int32_t tap : w.taps(out)) {
          const T* row = sample + tap * w.channels();
          for (int64_t c = 0; c < w.channels(); ++c) {
            sums[static_cast<size_t>(c)] += static_cast<A>(row[c]);
          }
        }
        const A by = static_cast<A>(divisor.Of(w.taps(out)));
        for (int64_t c = 0; c < w.channels(); ++c) {
          to[c] = static_cast<T>(sums[static_cast<size_t>(c)] / by);
        }
      }
    }
  });
}

template <typename T>
void PoolGradient(const PoolWindows& w, Divisor divisor, const T* dy, T* dx, int num_threads) {
  using A = Accumulator<T>;
  const int64_t sample_size = w.ins() * w.channels();
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    std::vector<A> sums(static_cast<size_t>(sample_size));
    for (int64_t n = begin; n < end; ++n) {
      std::fill(sums.begin(), sums.end(), A(0));
      const T* from = dy + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, from += w.channels()) {
        const A by = static_cast<A>(divisor.Of(w.taps(out)));
        for (const int32_t tap : w.taps(out)) {
          A* to = sums.data() + tap * w.channels();
          for (int64_t c = 0; c < w.channels(); ++c) to[c] += static_cast<A>(from[c]) / by;
        }
      }
      std::transform(sums.begin(), sums.end(), dx + n * sample_size,
                     [](A sum) { return static_cast<T>(sum); });
    }
  });
}

PoolWindows WindowsOf(const Shape& x, const Shape& y, const ops::AvgPoolAttrs& attrs) {
  return {x, y, attrs.window, attrs.strides, attrs.padding_low};
}

std::unique_ptr<Kernel> MakeAvgPool(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AvgPoolAttrs>();
  const ir::Type& x = request.operands[0];
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (kIsHalf<T> || std::is_floating_point_v<T>) {
      return MakeKernel([w = WindowsOf(x.shape, request.results[0].shape, attrs),
                         divisor = Divisor(attrs),
                         num_threads = request.num_threads](const KernelArgs& args) {
        Pool(w, divisor, args.operand<T>(0), args.result<T>(0), num_threads);
      });
    } else {
      return nullptr;
    }
  });
}

std::unique_ptr<Kernel> MakeAvgPoolGradient(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AvgPoolGradientAttrs>();
  const ir::Type& dy = request.operands[0];
  return DispatchDType(dy.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (kIsHalf<T> || std::is_floating_point_v<T>) {
      return MakeKernel([w = WindowsOf(attrs.shape, dy.shape, attrs.pool),
                         divisor = Divisor(attrs.pool),
                         num_threads = request.num_threads](const KernelArgs& args) {
        PoolGradient(w, divisor, args.operand<T>(0), args.result<T>(0), num_threads);
      });
    } else {
      return nullptr;
    }
  });
}

}  // namespace

void RegisterAvgPoolCpu(KernelRegistry& registry) {
  registry.Add(ops::kAvgPool, MakeAvgPool);
  registry.Add(ops::kAvgPoolGradient, MakeAvgPoolGradient);
}

}  // namespace tricorn::backend::cpu
