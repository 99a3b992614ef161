#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/backend/cuda/libraries/libraries.h"
#include "core/backend/cuda/product/matrix_layout.h"
#include "core/tensor/dtype.h"

namespace tricorn::backend::cuda {

// y (batch, a.rows, b.rows) = [relu](a b^T + bias + addend), its matrices row-major. The bias
// (b.rows) is added to every row, the addend lies as y. All of one dtype; half precision
// accumulates in float32 and is rounded once.
struct Product {
  DType dtype = DType::kF32;
  int64_t batch = 1;
  MatrixLayout a;
  MatrixLayout b;
  int64_t y_batch_stride = 0;
  bool has_bias = false;
  bool has_addend = false;
  bool has_relu = false;
  bool allow_tf32 = false;

  // All that an algorithm is chosen by.
  std::string ToString() const;
};

struct ProductAddresses {
  const void* a = nullptr;
  const void* b = nullptr;
  const void* bias = nullptr;    // where the product has one
  const void* addend = nullptr;  // may be y
  void* y = nullptr;
};

// A product through cuBLASLt. No reduction depends on the order in which blocks finish.
class LtMatmul {
 public:
  // With the algorithm that the library's heuristic ranks first or, where `measure`, the fastest of
  // several, which is then kept for this product on this kind of device: as long as the choice is
  // kept, the bits are the same. Unimplemented when the library has no algorithm.
  static absl::StatusOr<std::unique_ptr<LtMatmul>> Create(Libraries& libraries,
                                                          const Product& product, bool measure);

  int64_t workspace_nbytes() const;
  absl::Status Enqueue(const ProductAddresses& at, void* workspace, cudaStream_t stream) const;

 private:
  LtMatmul() = default;
  absl::Status Describe();
  absl::Status FindAlgorithms();
  absl::Status ChooseAlgorithm(Libraries& libraries);
  absl::StatusOr<size_t> FastestAlgorithm();

  Product product_;
  cublasLtHandle_t handle_ = nullptr;
  cublasLtMatmulDescOpaque_t operation_ = {};
  cublasLtMatrixLayoutOpaque_t a_ = {}, b_ = {}, y_ = {};
  std::vector<cublasLtMatmulHeuristicResult_t> algorithms_;  // best first, by the heuristic
  size_t chosen_ = 0;
};

}  // namespace tricorn::backend::cuda
