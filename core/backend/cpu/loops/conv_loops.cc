#include "core/backend/cpu/loops/conv_loops.h"

#include <algorithm>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/processor/parallel.h"

namespace tricorn::backend::cpu {
namespace {

int64_t Product(const std::vector<int64_t>& lengths) {
  int64_t product = 1;
  for (const int64_t length : lengths) product *= length;
  return product;
}

// Index of the element of x, among the spatial positions of one sample, that the window at `out`
// reads through `tap`; -1 in the padding.
int64_t InputPosition(const ConvSpec& s, int64_t out, int64_t tap) {
  int64_t position = 0;
  int64_t scale = 1;
  for (size_t k = s.in.size(); k-- > 0;) {
    const int64_t at =
        out % s.out[k] * s.strides[k] + tap % s.window[k] * s.dilation[k] - s.padding_low[k];
    if (at < 0 || at >= s.in[k]) return -1;
    position += at * scale;
    scale *= s.in[k];
    out /= s.out[k];
    tap /= s.window[k];
  }
  return position;
}

// Calls body(x position, y position, tap) for every pair of one sample that a tap connects.
template <typename F>
void ForEachPair(const ConvSpec& s, int64_t begin_tap, int64_t end_tap, F body) {
  const int64_t outs = Product(s.out);
  for (int64_t tap = begin_tap; tap < end_tap; ++tap) {
    for (int64_t out = 0; out < outs; ++out) {
      const int64_t in = InputPosition(s, out, tap);
      if (in >= 0) body(in, out, tap);
    }
  }
}

// The pieces of one product that threads share: samples, or taps for the kernel's gradient.
template <typename T>
class Loops {
 public:
  using A = Accumulator<T>;

  explicit Loops(const ConvSpec& spec)
      : s_(spec),
        ins_(Product(s_.in)),
        outs_(Product(s_.out)),
        taps_(Product(s_.window)),
        group_in_(s_.in_channels / s_.groups),
        group_out_(s_.out_channels / s_.groups) {}

  void Output(const T* x, const T* kernel, T* y, int num_threads) const {
    ParallelFor(num_threads, s_.batch, 1, [&](int64_t begin, int64_t end) {
      std::vector<A> sums(static_cast<size_t>(outs_ * s_.out_channels));
      for (int64_t n = begin; n < end; ++n) {
        std::fill(sums.begin(), sums.end(), A(0));
        const T* sample = x + n * ins_ * s_.in_channels;
        ForEachPair(s_, 0, taps_, [&](int64_t in, int64_t out, int64_t tap) {
          for (int64_t o = 0; o < s_.out_channels; ++o) {
            A& sum = sums[static_cast<size_t>(out * s_.out_channels + o)];
            const T* from = sample + in * s_.in_channels + o / group_out_ * group_in_;
            for (int64_t i = 0; i < group_in_; ++i) {
              sum += static_cast<A>(from[i]) * static_cast<A>(kernel[KernelIndex(tap, i, o)]);
            }
          }
        });
        Store(sums, y + n * outs_ * s_.out_channels);
      }
    });
  }

  void InputGradient(const T* dy, const T* kernel, T* dx, int num_threads) const {
    ParallelFor(num_threads, s_.batch, 1, [&](int64_t begin, int64_t end) {
      std::vector<A> sums(static_cast<size_t>(ins_ * s_.in_channels));
      for (int64_t n = begin; n < end; ++n) {
        std::fill(sums.begin(), sums.end(), A(0));
        const T* sample = dy + n * outs_ * s_.out_channels;
        ForEachPair(s_, 0, taps_, [&](int64_t in, int64_t out, int64_t tap) {
          for (int64_t o = 0; o < s_.out_channels; ++o) {
            const auto factor = static_cast<A>(sample[out * s_.out_channels + o]);
            A* to = sums.data() + in * s_.in_channels + o / group_out_ * group_in_;
            for (int64_t i = 0; i < group_in_; ++i) {
              to[i] += factor * static_cast<A>(kernel[KernelIndex(tap, i, o)]);
            }
          }
        });
        Store(sums, dx + n * ins_ * s_.in_channels);
      }
    });
  }

  void KernelGradient(const T* x, const T* dy, T* dkernel, int num_threads) const {
    const int64_t tap_size = group_in_ * s_.out_channels;
    ParallelFor(num_threads, taps_, 1, [&](int64_t begin, int64_t end) {
      std::vector<A> sums(static_cast<size_t>((end - begin) * tap_size), A(0));
      for (int64_t n = 0; n < s_.batch; ++n) {
        const T* x_sample = x + n * ins_ * s_.in_channels;
        const T* dy_sample = dy + n * outs_ * s_.out_channels;
        ForEachPair(s_, begin, end, [&](int64_t in, int64_t out, int64_t tap) {
          for (int64_t o = 0; o < s_.out_channels; ++o) {
            const auto factor = static_cast<A>(dy_sample[out * s_.out_channels + o]);
            const T* from = x_sample + in * s_.in_channels + o / group_out_ * group_in_;
            A* to = sums.data() + KernelIndex(tap - begin, 0, o);
            for (int64_t i = 0; i < group_in_; ++i) {
              to[i * s_.out_channels] += factor * static_cast<A>(from[i]);
            }
          }
        });
      }
      Store(sums, dkernel + begin * tap_size);
    });
  }

 private:
  int64_t KernelIndex(int64_t tap, int64_t i, int64_t o) const {
    return (tap * group_in_ + i) * s_.out_channels + o;
  }
  static void Store(const std::vector<A>& sums, T* to) {
    std::transform(sums.begin(), sums.end(), to, [](A sum) { return static_cast<T>(sum); });
  }

  const ConvSpec s_;
  const int64_t ins_;
  const int64_t outs_;
  const int64_t taps_;
  const int64_t group_in_;
  const int64_t group_out_;
};

template <typename T>
std::unique_ptr<Kernel> MakeTyped(const ConvSpec& spec, ConvProduct product, int num_threads) {
  return MakeKernel([loops = Loops<T>(spec), product, num_threads](const KernelArgs& args) {
    const T* first = args.operand<T>(0);
    const T* second = args.operand<T>(1);
    T* result = args.result<T>(0);
    switch (product) {
      case ConvProduct::kOutput:
        return loops.Output(first, second, result, num_threads);
      case ConvProduct::kInputGradient:
        return loops.InputGradient(first, second, result, num_threads);
      case ConvProduct::kKernelGradient:
        return loops.KernelGradient(first, second, result, num_threads);
    }
  });
}

}  // namespace

std::unique_ptr<Kernel> MakeConvLoops(const ConvSpec& spec, ConvProduct product, int num_threads) {
  switch (spec.dtype) {
    case DType::kF16:
      return MakeTyped<Float16>(spec, product, num_threads);
    case DType::kBF16:
      return MakeTyped<BFloat16>(spec, product, num_threads);
    case DType::kF32:
      return MakeTyped<float>(spec, product, num_threads);
    case DType::kF64:
      return MakeTyped<double>(spec, product, num_threads);
    default:
      return nullptr;
  }
}

}  // namespace tricorn::backend::cpu
