#include <algorithm>
#include <cstring>
#include <limits>

#include "core/backend/cpu/accumulator.h"
#include "core/backend/cpu/function_kernel.h"
#include "core/backend/cpu/parallel.h"
#include "core/backend/cpu/pool_windows.h"
#include "core/ops/pool/pool.h"

// Loops over channels, which are neighbours in memory. The gradients find the maximum again, which
// costs one more read of x and saves an array of indices.

namespace tricorn::backend::cpu {
namespace {

template <typename A>
A MaxOf(A a, A b) {
  return b > a || b != b ? b : a;
}

// best[c] = the maximum over the taps of x.
template <typename T>
void WindowMax(const T* x, std::span<const int32_t> taps, int64_t channels, Accumulator<T>* best) {
  using A = Accumulator<T>;
  if (taps.size() == 4) {  // 2x2, the usual window: one pass
    const T* x0 = x + taps[0] * channels;
    const T* x1 = x + taps[1] * channels;
    const T* x2 = x + taps[2] * channels;
    const T* x3 = x + taps[3] * channels;
    for (int64_t c = 0; c < channels; ++c) {
      best[c] = MaxOf(MaxOf(static_cast<A>(x0[c]), static_cast<A>(x1[c])),
                      MaxOf(static_cast<A>(x2[c]), static_cast<A>(x3[c])));
    }
    return;
  }
  std::fill_n(best, channels, -std::numeric_limits<A>::infinity());
  for (const int32_t tap : taps) {
    const T* row = x + tap * channels;
    for (int64_t c = 0; c < channels; ++c) best[c] = MaxOf(best[c], static_cast<A>(row[c]));
  }
}

// Whether x holds the maximum that WindowMax found: then a NaN, if there is one, is it.
template <typename A>
bool IsMax(A x, A best) {
  return x == best || x != x;
}

template <typename T>
void Pool(const PoolWindows& w, const T* x, T* y, int num_threads) {
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    std::vector<Accumulator<T>> best(static_cast<size_t>(w.channels()));
    for (int64_t n = begin; n < end; ++n) {
      const T* sample = x + n * w.ins() * w.channels();
      T* to = y + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, to += w.channels()) {
        if constexpr (std::is_same_v<T, Accumulator<T>>) {
          WindowMax(sample, w.taps(out), w.channels(), to);
        } else {
          WindowMax(sample, w.taps(out), w.channels(), best.data());
          std::transform(best.begin(), best.end(), to, [](auto m) { return static_cast<T>(m); });
        }
      }
    }
  });
}

// Adds each dy of one sample to the first maximum of its window.
template <typename T>
void SpreadSample(const PoolWindows& w, const T* x, const T* dy, Accumulator<T>* dx,
                  Accumulator<T>* best, uint8_t* pending) {
  using A = Accumulator<T>;
  for (int64_t out = 0; out < w.outs(); ++out, dy += w.channels()) {
    WindowMax(x, w.taps(out), w.channels(), best);
    std::memset(pending, 1, static_cast<size_t>(w.channels()));
    for (const int32_t tap : w.taps(out)) {
      const T* from = x + tap * w.channels();
      A* to = dx + tap * w.channels();
      for (int64_t c = 0; c < w.channels(); ++c) {
        const bool hit = pending[c] & IsMax(static_cast<A>(from[c]), best[c]);
        to[c] += hit ? static_cast<A>(dy[c]) : A(0);
        pending[c] &= !hit;
      }
    }
  }
}

template <typename T>
void PoolGradient(const PoolWindows& w, const T* x, const T* dy, T* dx, int num_threads) {
  using A = Accumulator<T>;
  const int64_t sample_size = w.ins() * w.channels();
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    std::vector<A> best(static_cast<size_t>(w.channels()));
    std::vector<uint8_t> pending(best.size());
    std::vector<A> sums(std::is_same_v<T, A> ? 0 : static_cast<size_t>(sample_size));
    for (int64_t n = begin; n < end; ++n) {
      T* to = dx + n * sample_size;
      A* target;
      if constexpr (std::is_same_v<T, A>) {
        target = to;
      } else {
        target = sums.data();
      }
      std::fill_n(target, sample_size, A(0));
      SpreadSample(w, x + n * sample_size, dy + n * w.outs() * w.channels(), target, best.data(),
                   pending.data());
      if constexpr (!std::is_same_v<T, A>) {
        std::transform(sums.begin(), sums.end(), to, [](A sum) { return static_cast<T>(sum); });
      }
    }
  });
}

template <typename T>
void PoolTake(const PoolWindows& w, const T* x, const T* v, T* y, int num_threads) {
  using A = Accumulator<T>;
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    std::vector<A> best(static_cast<size_t>(w.channels()));
    for (int64_t n = begin; n < end; ++n) {
      const int64_t sample = n * w.ins() * w.channels();
      T* to = y + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, to += w.channels()) {
        WindowMax(x + sample, w.taps(out), w.channels(), best.data());
        const std::span<const int32_t> taps = w.taps(out);
        for (size_t t = taps.size(); t-- > 0;) {  // the first maximum is written last
          const int64_t from = sample + taps[t] * w.channels();
          for (int64_t c = 0; c < w.channels(); ++c) {
            if (IsMax(static_cast<A>(x[from + c]), best[static_cast<size_t>(c)]))
              to[c] = v[from + c];
          }
        }
      }
    }
  });
}

// Calls run.operator()<T>(args) for the floating type `dtype`.
template <typename F>
std::unique_ptr<Kernel> MakeFloating(DType dtype, F run) {
  return DispatchDType(dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (kIsHalf<T> || std::is_floating_point_v<T>) {
      return MakeKernel([run](const KernelArgs& args) { run.template operator()<T>(args); });
    } else {
      return nullptr;
    }
  });
}

PoolWindows WindowsOf(const KernelRequest& request, const Shape& y) {
  const auto& attrs = request.attrs.As<ops::MaxPoolAttrs>();
  return {request.operands[0].shape, y, attrs.window, attrs.strides, attrs.padding_low};
}

std::unique_ptr<Kernel> MakeMaxPool(const KernelRequest& request) {
  return MakeFloating(request.operands[0].dtype,
                      [w = WindowsOf(request, request.results[0].shape),
                       num_threads = request.num_threads]<typename T>(const KernelArgs& args) {
                        Pool(w, args.operand<T>(0), args.result<T>(0), num_threads);
                      });
}

std::unique_ptr<Kernel> MakeMaxPoolGradient(const KernelRequest& request) {
  return MakeFloating(request.operands[0].dtype, [w = WindowsOf(request, request.operands[1].shape),
                                                  num_threads = request.num_threads]<typename T>(
                                                     const KernelArgs& args) {
    PoolGradient(w, args.operand<T>(0), args.operand<T>(1), args.result<T>(0), num_threads);
  });
}

std::unique_ptr<Kernel> MakeMaxPoolTake(const KernelRequest& request) {
  return MakeFloating(request.operands[0].dtype, [w = WindowsOf(request, request.results[0].shape),
                                                  num_threads = request.num_threads]<typename T>(
                                                     const KernelArgs& args) {
    PoolTake(w, args.operand<T>(0), args.operand<T>(1), args.result<T>(0), num_threads);
  });
}

}  // namespace

void RegisterMaxPoolCpu(KernelRegistry& registry) {
  registry.Add(ops::kMaxPool, MakeMaxPool);
  registry.Add(ops::kMaxPoolGradient, MakeMaxPoolGradient);
  registry.Add(ops::kMaxPoolTake, MakeMaxPoolTake);
}

}  // namespace tricorn::backend::cpu
