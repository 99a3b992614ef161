#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cpu {

// c (batch, m, n) = a (batch, m, k) b (batch, k, n). Strides count elements; c is dense.
struct MatmulSpec {
  DType dtype = DType::kF32;
  int64_t batch = 1;
  int64_t m = 1;
  int64_t n = 1;
  int64_t k = 1;
  std::array<int64_t, 3> a_strides{};  // of batch, m, k
  std::array<int64_t, 3> b_strides{};  // of batch, k, n
};

// A matrix product that oneDNN does. Run is safe from several threads at once.
class OneDnnMatmul {
 public:
  virtual ~OneDnnMatmul() = default;
  virtual int64_t workspace_nbytes() const = 0;
  virtual absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                           std::byte* workspace) const = 0;
};

// nullptr when oneDNN has no fast code for `spec` on this processor: dtypes other than float32,
// bfloat16 and, where it sums exactly, int8, whose c is int32; or operands of which no matrix axis
// has stride 1.
std::unique_ptr<OneDnnMatmul> MakeOneDnnMatmul(const MatmulSpec& spec);

}  // namespace tricorn::backend::cpu
