#include "core/comm/elementwise_sum.h"

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

template <typename T>
void AddTo(T* __restrict sum, const T* __restrict addend, int64_t count) {
  for (int64_t i = 0; i < count; ++i) sum[i] += addend[i];
}

// One loop for each way of aliasing, so that each vectorises without a run-time check.
template <typename T>
void Add(const std::byte* a_bytes, const std::byte* b_bytes, std::byte* out_bytes, int64_t count) {
  const T* a = reinterpret_cast<const T*>(a_bytes);
  const T* b = reinterpret_cast<const T*>(b_bytes);
  T* out = reinterpret_cast<T*>(out_bytes);
  if (out == a) {
    AddTo(out, b, count);
  } else if (out == b) {
    AddTo(out, a, count);
  } else {
    T* __restrict sum = out;
    const T* __restrict left = a;
    const T* __restrict right = b;
    for (int64_t i = 0; i < count; ++i) sum[i] = left[i] + right[i];
  }
}

}  // namespace

bool IsSummable(DType dtype) {
  return dtype == DType::kF32 || dtype == DType::kF64 || dtype == DType::kI32 ||
         dtype == DType::kI64;
}

void ElementwiseSum(DType dtype, const std::byte* a, const std::byte* b, std::byte* out,
                    int64_t count) {
  switch (dtype) {
    case DType::kF32:
      return Add<float>(a, b, out, count);
    case DType::kF64:
      return Add<double>(a, b, out, count);
    case DType::kI32:
      return Add<uint32_t>(a, b, out, count);  // unsigned: wrapping is defined
    case DType::kI64:
      return Add<uint64_t>(a, b, out, count);
    default:
      CHECK(IsSummable(dtype));
  }
}

}  // namespace tricorn::comm
