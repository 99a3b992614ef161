#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

// A matrix product made ready to run. Run is safe from several threads at once.
class Matmul {
 public:
  virtual ~Matmul() = default;
  virtual int64_t workspace_nbytes() const = 0;
  virtual absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                           std::byte* workspace) const = 0;
};

}  // namespace tricorn::backend::cpu
