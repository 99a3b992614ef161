#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "core/backend/cuda/libraries.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cuda {

// A stack of matrices in memory: of `rows` own and `columns` contracted elements.
struct MatrixLayout {
  int64_t rows = 0;
  int64_t columns = 0;
  bool is_row_major = true;  // columns lie together
  int64_t leading = 0;       // elements from one row (column) to the next
  int64_t batch_stride = 0;
};

// y (batch, a.rows, b.rows) = a b^T, row-major, through cuBLASLt. Half precision accumulates in
// float32; no reduction depends on the order in which
// blocks finish.
class LtMatmul {
 public:
  // Unimplemented when the library has no algorithm.
  static absl::StatusOr<std::unique_ptr<LtMatmul>> Create(Libraries& libraries, DType dtype,
                                                          int64_t batch, const MatrixLayout& a,
                                                          const MatrixLayout& b, bool allow_tf32);
  ~LtMatmul();
  LtMatmul(const LtMatmul&) = delete;
  LtMatmul& operator=(const LtMatmul&) = delete;

  int64_t workspace_nbytes() const;
  absl::Status Enqueue(const void* a, const void* b, void* y, void* workspace,
                       cudaStream_t stream) const;

 private:
  struct Descriptors;
  explicit LtMatmul(std::unique_ptr<Descriptors> descriptors);

  const std::unique_ptr<Descriptors> descriptors_;
};

}  // namespace tricorn::backend::cuda
