#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/reduce/reduce.h"

// Ops that walk one axis: argmax, argmin and cumsum.

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kElementsPerThread = 16384;

// Calls body(offset of the first element, index of the line) for each line along an axis.
struct Lines {
  int64_t length;
  int64_t stride;
  int64_t count;

  Lines(const Shape& shape, int64_t axis)
      : length(shape[static_cast<int>(axis)]),
        stride(shape.Strides()[static_cast<size_t>(axis)]),
        count(length == 0 ? 0 : shape.num_elements() / length) {}

  template <typename F>
  void ForEach(int num_threads, F body) const {
    ParallelFor(num_threads, count,
                std::max<int64_t>(kElementsPerThread / std::max<int64_t>(length, 1), 1),
                [&](int64_t begin, int64_t end) {
                  for (int64_t i = begin; i < end; ++i) {
                    body(i / stride * stride * length + i % stride, i);
                  }
                });
  }
};

template <bool kWantMax>
std::unique_ptr<Kernel> MakeArgExtremum(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Lines lines(x.shape, request.attrs.As<ops::ArgReduceAttrs>().axis);
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    using A = Accumulator<T>;
    return MakeKernel([lines, num_threads = request.num_threads](const KernelArgs& args) {
      const T* from = args.operand<T>(0);
      int32_t* to = args.result<int32_t>(0);
      lines.ForEach(num_threads, [&](int64_t first, int64_t line) {
        int64_t best = 0;
        auto value = static_cast<A>(from[first]);
        for (int64_t i = 1; i < lines.length && value == value; ++i) {
          const auto next = static_cast<A>(from[first + i * lines.stride]);
          if ((kWantMax ? next > value : next < value) || next != next) {
            best = i;
            value = next;
          }
        }
        to[line] = static_cast<int32_t>(best);
      });
    });
  });
}

std::unique_ptr<Kernel> MakeCumsum(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::CumulativeAttrs>();
  const ir::Type& x = request.operands[0];
  const Lines lines(x.shape, attrs.axis);
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (std::is_same_v<T, bool>) {
      return nullptr;
    } else {
      using A = Accumulator<T>;
      return MakeKernel([lines, reverse = attrs.reverse,
                         num_threads = request.num_threads](const KernelArgs& args) {
        const T* from = args.operand<T>(0);
        T* to = args.result<T>(0);
        lines.ForEach(num_threads, [&](int64_t first, int64_t) {
          const int64_t step = reverse ? -lines.stride : lines.stride;
          int64_t at = reverse ? first + (lines.length - 1) * lines.stride : first;
          A sum = A(0);
          for (int64_t i = 0; i < lines.length; ++i, at += step) {
            sum = static_cast<A>(sum + static_cast<A>(from[at]));
            to[at] = static_cast<T>(sum);
          }
        });
      });
    }
  });
}

}  // namespace

void RegisterArgReduceCpu(KernelRegistry& registry) {
  registry.Add(ops::kArgmax, MakeArgExtremum<true>);
  registry.Add(ops::kArgmin, MakeArgExtremum<false>);
  registry.Add(ops::kCumsum, MakeCumsum);
}

}  // namespace tricorn::backend::cpu
