#include <algorithm>
#include <cstring>
#include <limits>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/index_at.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/gather/gather.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kBytesPerThread = int64_t{64} << 10;

// x as (outer, length, inner), indices flat.
struct Extents {
  int64_t outer = 1;
  int64_t length;
  int64_t inner = 1;
  int64_t count;

  Extents(const Shape& x, const Shape& indices, int64_t axis)
      : length(x[static_cast<int>(axis)]), count(indices.num_elements()) {
    for (int k = 0; k < x.rank(); ++k) {
      if (k < axis) outer *= x[k];
      if (k > axis) inner *= x[k];
    }
  }
};

// What an index outside [0, length) takes.
template <typename T>
T Outside() {
  if constexpr (kIsHalf<T>) return T(std::numeric_limits<float>::quiet_NaN());
  if constexpr (std::is_floating_point_v<T>) return std::numeric_limits<T>::quiet_NaN();
  return T();
}

std::unique_ptr<Kernel> MakeTake(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const ir::Type& indices = request.operands[1];
  const Extents e(x.shape, indices.shape, request.attrs.As<ops::TakeAttrs>().axis);
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    return MakeKernel([e, index_dtype = indices.dtype,
                       num_threads = request.num_threads](const KernelArgs& args) {
      const T* from = args.operand<T>(0);
      T* to = args.result<T>(0);
      const int64_t row_nbytes = std::max<int64_t>(e.inner * static_cast<int64_t>(sizeof(T)), 1);
      ParallelFor(num_threads, e.outer * e.count,
                  std::max<int64_t>(kBytesPerThread / row_nbytes, 1),
                  [&](int64_t begin, int64_t end) {
                    for (int64_t row = begin; row < end; ++row) {
                      const int64_t index = IndexAt(index_dtype, args.operands[1], row % e.count);
                      if (index < 0 || index >= e.length) {
                        std::fill_n(to + row * e.inner, e.inner, Outside<T>());
                      } else {
                        std::copy_n(from + (row / e.count * e.length + index) * e.inner, e.inner,
                                    to + row * e.inner);
                      }
                    }
                  });
    });
  });
}

// Threads share the columns, so that each element's additions keep the order of the indices.
template <typename T>
class ScatterAddKernel : public Kernel {
 public:
  ScatterAddKernel(const Extents& e, DType index_dtype, int num_threads)
      : e_(e), index_dtype_(index_dtype), num_threads_(num_threads) {}

  bool may_overwrite(size_t operand) const override { return operand == 0; }

  absl::Status Run(const KernelArgs& args) const override {
    T* y = args.result<T>(0);
    if (args.operands[0] != args.results[0]) {
      const int64_t nbytes = e_.outer * e_.length * e_.inner * static_cast<int64_t>(sizeof(T));
      std::memcpy(y, args.operands[0], static_cast<size_t>(nbytes));
    }
    const T* updates = args.operand<T>(2);
    const int64_t row_nbytes = std::max<int64_t>(e_.count * static_cast<int64_t>(sizeof(T)), 1);
    ParallelFor(num_threads_, e_.outer * e_.inner,
                std::max<int64_t>(kBytesPerThread / row_nbytes, 16),
                [&](int64_t begin, int64_t end) {
                  for (int64_t at = begin; at < end;) {
                    const int64_t outer = at / e_.inner;
                    const int64_t first = at % e_.inner;
                    const int64_t columns = std::min(e_.inner - first, end - at);
                    AddColumns(args.operands[1], updates + outer * e_.count * e_.inner + first,
                               y + outer * e_.length * e_.inner + first, columns);
                    at += columns;
                  }
                });
    return absl::OkStatus();
  }

 private:
  void AddColumns(const std::byte* indices, const T* updates, T* y, int64_t columns) const {
    using A = Accumulator<T>;
    for (int64_t i = 0; i < e_.count; ++i) {
      const int64_t index = IndexAt(index_dtype_, indices, i);
      if (index < 0 || index >= e_.length) continue;
      const T* from = updates + i * e_.inner;
      T* to = y + index * e_.inner;
      for (int64_t c = 0; c < columns; ++c) {
        to[c] = static_cast<T>(static_cast<A>(to[c]) + static_cast<A>(from[c]));
      }
    }
  }

  const Extents e_;
  const DType index_dtype_;
  const int num_threads_;
};

std::unique_ptr<Kernel> MakeScatterAdd(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const ir::Type& indices = request.operands[1];
  const Extents e(x.shape, indices.shape, request.attrs.As<ops::TakeAttrs>().axis);
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (std::is_same_v<T, bool>) {
      return nullptr;
    } else {
      return std::make_unique<ScatterAddKernel<T>>(e, indices.dtype, request.num_threads);
    }
  });
}

}  // namespace

void RegisterTakeCpu(KernelRegistry& registry) {
  registry.Add(ops::kTake, MakeTake);
  registry.Add(ops::kScatterAdd, MakeScatterAdd);
}

}  // namespace tricorn::backend::cpu
