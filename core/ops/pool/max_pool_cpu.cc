#include <algorithm>
#include <cstring>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/pool_windows.h"
#include "core/backend/cpu/processor/no_dependence.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/pool/pool.h"

// Loops over channels, which are neighbours in memory. The gradients find the maximum again, which
// costs one more read of x and saves an array of indices.

namespace tricorn::backend::cpu {
namespace {

// No short circuits: the loops below become vector instructions.
template <typename A>
bool Beats(A next, A best) {
  return (next > best) | ((next != next) & (best == best));
}
template <typename A>
A MaxOf(A a, A b) {
  return ((b > a) | (b != b)) ? b : a;
}

// y[c] = the maximum of four rows: 2x2 is the usual window.
template <typename A>
void MaxOfFour(const A* __restrict x0, const A* __restrict x1, const A* __restrict x2,
               const A* __restrict x3, int64_t channels, A* __restrict y) {
  TRICORN_NO_DEPENDENCE
  for (int64_t c = 0; c < channels; ++c) {
    y[c] = MaxOf(MaxOf(x0[c], x1[c]), MaxOf(x2[c], x3[c]));
  }
}

// d at the first maximum of four numbers, 0 at the others. V is a number or a vector of them: the
// compiler does not find vectors in this much selecting by itself.
template <typename V>
struct Spread {
  V at0, at1, at2, at3;

  Spread(V a0, V a1, V a2, V a3, V d) {
    const V zero{};
    const auto beats1 = (a1 > a0) | ((a1 != a1) & (a0 == a0));
    const V best1 = beats1 ? a1 : a0;
    const auto beats2 = (a2 > best1) | ((a2 != a2) & (best1 == best1));
    const V best2 = beats2 ? a2 : best1;
    const auto beats3 = (a3 > best2) | ((a3 != a3) & (best2 == best2));
    at3 = beats3 ? d : zero;
    const V before3 = beats3 ? zero : d;
    at2 = beats2 ? before3 : zero;
    const V before2 = beats2 ? zero : before3;
    at1 = beats1 ? before2 : zero;
    at0 = beats1 ? zero : before2;
  }
};

template <typename V, typename A>
V LoadFrom(const A* from) {
  V v;
  std::memcpy(&v, from, sizeof(V));
  return v;
}

// dxi[c] = dy[c] at the first maximum of four rows, 0 at the others.
template <typename A>
void SpreadOverFour(const A* x0, const A* x1, const A* x2, const A* x3, const A* dy,
                    int64_t channels, A* dx0, A* dx1, A* dx2, A* dx3) {
  typedef A Vector __attribute__((vector_size(32)));
  const auto step = [&]<typename V>(int64_t c) {
    const Spread<V> spread(LoadFrom<V>(x0 + c), LoadFrom<V>(x1 + c), LoadFrom<V>(x2 + c),
                           LoadFrom<V>(x3 + c), LoadFrom<V>(dy + c));
    std::memcpy(dx0 + c, &spread.at0, sizeof(V));
    std::memcpy(dx1 + c, &spread.at1, sizeof(V));
    std::memcpy(dx2 + c, &spread.at2, sizeof(V));
    std::memcpy(dx3 + c, &spread.at3, sizeof(V));
  };
  constexpr auto kLanes = static_cast<int64_t>(sizeof(Vector) / sizeof(A));
  int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) step.template operator()<Vector>(c);
  for (; c < channels; ++c) step.template operator()<A>(c);
}

// best[c] = the maximum over the taps of x; winner[c] = the first tap that holds it.
template <typename T, typename A>
void FindWinners(const T* x, std::span<const int32_t> taps, int64_t channels, A* __restrict best,
                 int32_t* __restrict winner) {
  TRICORN_NO_DEPENDENCE
  for (int64_t c = 0; c < channels; ++c) {
    best[c] = static_cast<A>(x[taps[0] * channels + c]);
    winner[c] = 0;
  }
  for (size_t t = 1; t < taps.size(); ++t) {
    const T* __restrict row = x + taps[t] * channels;
    const auto tap = static_cast<int32_t>(t);
    TRICORN_NO_DEPENDENCE
    for (int64_t c = 0; c < channels; ++c) {
      const A next = static_cast<A>(row[c]);
      const bool beats = Beats(next, best[c]);
      best[c] = beats ? next : best[c];
      winner[c] = beats ? tap : winner[c];
    }
  }
}

// What one thread needs for one window.
template <typename T>
struct WindowScratch {
  explicit WindowScratch(int64_t channels)
      : best(static_cast<size_t>(channels)), winner(static_cast<size_t>(channels)) {}
  std::vector<Accumulator<T>> best;
  std::vector<int32_t> winner;
};

template <typename T>
inline constexpr bool kIsWide = std::is_same_v<T, Accumulator<T>>;

template <typename T>
void PoolWindow(const T* x, std::span<const int32_t> taps, int64_t channels,
                WindowScratch<T>& scratch, T* y) {
  if constexpr (kIsWide<T>) {
    if (taps.size() == 4) {
      return MaxOfFour(x + taps[0] * channels, x + taps[1] * channels, x + taps[2] * channels,
                       x + taps[3] * channels, channels, y);
    }
  }
  FindWinners(x, taps, channels, scratch.best.data(), scratch.winner.data());
  std::transform(scratch.best.begin(), scratch.best.end(), y,
                 [](auto best) { return static_cast<T>(best); });
}

template <typename T>
void Pool(const PoolWindows& w, const T* x, T* y, int num_threads) {
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    WindowScratch<T> scratch(w.channels());
    for (int64_t n = begin; n < end; ++n) {
      const T* sample = x + n * w.ins() * w.channels();
      T* to = y + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, to += w.channels()) {
        PoolWindow(sample, w.taps(out), w.channels(), scratch, to);
      }
    }
  });
}

// dx of one sample where no two windows share a position.
template <typename T>
void SpreadApart(const PoolWindows& w, const T* x, const T* dy, T* dx, WindowScratch<T>& scratch) {
  const int64_t channels = w.channels();
  for (const int32_t position : w.uncovered()) {
    std::fill_n(dx + position * channels, channels, T());
  }
  for (int64_t out = 0; out < w.outs(); ++out, dy += channels) {
    const std::span<const int32_t> taps = w.taps(out);
    if constexpr (kIsWide<T>) {
      if (taps.size() == 4) {
        SpreadOverFour(x + taps[0] * channels, x + taps[1] * channels, x + taps[2] * channels,
                       x + taps[3] * channels, dy, channels, dx + taps[0] * channels,
                       dx + taps[1] * channels, dx + taps[2] * channels, dx + taps[3] * channels);
        continue;
      }
    }
    FindWinners(x, taps, channels, scratch.best.data(), scratch.winner.data());
    for (size_t t = 0; t < taps.size(); ++t) {
      T* __restrict to = dx + taps[t] * channels;
      const int32_t* winner = scratch.winner.data();
      const auto tap = static_cast<int32_t>(t);
      TRICORN_NO_DEPENDENCE
      for (int64_t c = 0; c < channels; ++c) to[c] = winner[c] == tap ? dy[c] : T();
    }
  }
}

// dx of one sample where windows overlap: sums.
template <typename T>
void SpreadSums(const PoolWindows& w, const T* x, const T* dy, Accumulator<T>* dx,
                WindowScratch<T>& scratch) {
  using A = Accumulator<T>;
  std::fill_n(dx, w.ins() * w.channels(), A(0));
  for (int64_t out = 0; out < w.outs(); ++out, dy += w.channels()) {
    const std::span<const int32_t> taps = w.taps(out);
    FindWinners(x, taps, w.channels(), scratch.best.data(), scratch.winner.data());
    for (size_t t = 0; t < taps.size(); ++t) {
      A* __restrict to = dx + taps[t] * w.channels();
      const int32_t* winner = scratch.winner.data();
      const auto tap = static_cast<int32_t>(t);
      for (int64_t c = 0; c < w.channels(); ++c) {
        to[c] += winner[c] == tap ? static_cast<A>(dy[c]) : A(0);
      }
    }
  }
}

template <typename T>
void PoolGradient(const PoolWindows& w, const T* x, const T* dy, T* dx, int num_threads) {
  using A = Accumulator<T>;
  const int64_t sample_size = w.ins() * w.channels();
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    WindowScratch<T> scratch(w.channels());
    std::vector<A> sums(w.overlap() ? static_cast<size_t>(sample_size) : 0);
    for (int64_t n = begin; n < end; ++n) {
      const T* x_sample = x + n * sample_size;
      const T* dy_sample = dy + n * w.outs() * w.channels();
      T* to = dx + n * sample_size;
      if (w.overlap()) {
        SpreadSums(w, x_sample, dy_sample, sums.data(), scratch);
        std::transform(sums.begin(), sums.end(), to, [](A sum) { return static_cast<T>(sum); });
      } else {
        SpreadApart(w, x_sample, dy_sample, to, scratch);
      }
    }
  });
}

template <typename T>
void PoolTake(const PoolWindows& w, const T* x, const T* v, T* y, int num_threads) {
  ParallelFor(num_threads, w.batch(), 1, [&](int64_t begin, int64_t end) {
    WindowScratch<T> scratch(w.channels());
    for (int64_t n = begin; n < end; ++n) {
      const int64_t sample = n * w.ins() * w.channels();
      T* to = y + n * w.outs() * w.channels();
      for (int64_t out = 0; out < w.outs(); ++out, to += w.channels()) {
        const std::span<const int32_t> taps = w.taps(out);
        FindWinners(x + sample, taps, w.channels(), scratch.best.data(), scratch.winner.data());
        for (int64_t c = 0; c < w.channels(); ++c) {
          const auto tap = static_cast<size_t>(scratch.winner[static_cast<size_t>(c)]);
          to[c] = v[sample + taps[tap] * w.channels() + c];
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
