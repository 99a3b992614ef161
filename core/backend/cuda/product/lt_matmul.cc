#include "core/backend/cuda/product/lt_matmul.h"

#include <algorithm>
#include <optional>

#include "core/backend/cuda/libraries/measurement.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr uintptr_t kWorkspaceAlignment = 256;            // that the library asks for
constexpr size_t kMaxWorkspaceNbytes = size_t{32} << 20;  // what NVIDIA advises for Hopper
constexpr uint32_t kOperandAlignment = 16;                // that every operand has at least
constexpr int kMaxAlgorithms = 8;

cudaDataType_t DataType(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return CUDA_R_16F;
    case DType::kBF16:
      return CUDA_R_16BF;
    case DType::kF64:
      return CUDA_R_64F;
    default:
      return CUDA_R_32F;
  }
}

cublasComputeType_t ComputeType(const Product& product) {
  if (product.dtype == DType::kF64) return CUBLAS_COMPUTE_64F;
  const bool tf32 = product.allow_tf32 && product.dtype == DType::kF32;
  return tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F;
}

cublasLtEpilogue_t Epilogue(const Product& product) {
  if (product.has_relu) {
    return product.has_bias ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_RELU;
  }
  return product.has_bias ? CUBLASLT_EPILOGUE_BIAS : CUBLASLT_EPILOGUE_DEFAULT;
}

template <typename T>
absl::Status Set(cublasLtMatmulDescOpaque_t& operation, cublasLtMatmulDescAttributes_t attribute,
                 const T& value) {
  return ToStatus(cublasLtMatmulDescSetAttribute(&operation, attribute, &value, sizeof(value)),
                  "cublasLtMatmulDescSetAttribute");
}

// As the library sees it: of `rows` x `columns`, column-major.
absl::Status InitLayout(cublasLtMatrixLayoutOpaque_t& layout, DType dtype, int64_t rows,
                        int64_t columns, int64_t leading, int64_t batch, int64_t batch_stride) {
  RETURN_IF_CUDA_ERROR(cublasLtMatrixLayoutInit(&layout, DataType(dtype),
                                                static_cast<uint64_t>(rows),
                                                static_cast<uint64_t>(columns), leading));
  const auto count = static_cast<int32_t>(batch);
  RETURN_IF_CUDA_ERROR(cublasLtMatrixLayoutSetAttribute(&layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT,
                                                        &count, sizeof(count)));
  return ToStatus(
      cublasLtMatrixLayoutSetAttribute(&layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET,
                                       &batch_stride, sizeof(batch_stride)),
      "cublasLtMatrixLayoutSetAttribute");
}

absl::Status InitOperand(cublasLtMatrixLayoutOpaque_t& layout, DType dtype, const MatrixLayout& m,
                         int64_t batch) {
  return m.is_row_major
             ? InitLayout(layout, dtype, m.columns, m.rows, m.leading, batch, m.batch_stride)
             : InitLayout(layout, dtype, m.rows, m.columns, m.leading, batch, m.batch_stride);
}

std::string ToText(const MatrixLayout& m) {
  return fmt::format("{}x{} {} ld {} stride {}", m.rows, m.columns,
                     m.is_row_major ? "rows" : "cols", m.leading, m.batch_stride);
}

int64_t Aligned(int64_t nbytes) { return (nbytes + 255) / 256 * 256; }

// From the first to the last element of a stack of matrices.
int64_t SpanNbytes(const MatrixLayout& m, int64_t batch, DType dtype) {
  const int64_t lines = m.is_row_major ? m.rows : m.columns;
  const int64_t line = m.is_row_major ? m.columns : m.rows;
  return Aligned(((batch - 1) * m.batch_stride + (lines - 1) * m.leading + line) * SizeOf(dtype));
}

}  // namespace

std::string Product::ToString() const {
  return fmt::format("{} x{} a {} b {} y {} bias {} addend {} relu {} tf32 {}", Name(dtype), batch,
                     ToText(a), ToText(b), y_batch_stride, has_bias, has_addend, has_relu,
                     allow_tf32 && dtype == DType::kF32);
}

absl::StatusOr<std::unique_ptr<LtMatmul>> LtMatmul::Create(Libraries& libraries,
                                                           const Product& product, bool measure) {
  std::unique_ptr<LtMatmul> matmul(new LtMatmul());
  matmul->product_ = product;
  ASSIGN_OR_RETURN(matmul->handle_, libraries.Blas());
  RETURN_IF_ERROR(matmul->Describe());
  RETURN_IF_ERROR(matmul->FindAlgorithms());
  if (measure) RETURN_IF_ERROR(matmul->ChooseAlgorithm(libraries));
  return matmul;
}

// The library is column-major: it computes y^T (b.rows x a.rows) = b a^T.
absl::Status LtMatmul::Describe() {
  const Product& p = product_;
  RETURN_IF_CUDA_ERROR(cublasLtMatmulDescInit(&operation_, ComputeType(p),
                                              p.dtype == DType::kF64 ? CUDA_R_64F : CUDA_R_32F));
  RETURN_IF_ERROR(
      Set(operation_, CUBLASLT_MATMUL_DESC_TRANSA, p.b.is_row_major ? CUBLAS_OP_T : CUBLAS_OP_N));
  RETURN_IF_ERROR(
      Set(operation_, CUBLASLT_MATMUL_DESC_TRANSB, p.a.is_row_major ? CUBLAS_OP_N : CUBLAS_OP_T));
  RETURN_IF_ERROR(Set(operation_, CUBLASLT_MATMUL_DESC_EPILOGUE, Epilogue(p)));
  if (p.has_bias) {
    RETURN_IF_ERROR(Set(operation_, CUBLASLT_MATMUL_DESC_BIAS_DATA_TYPE, DataType(p.dtype)));
  }
  RETURN_IF_ERROR(InitOperand(a_, p.dtype, p.b, p.batch));
  RETURN_IF_ERROR(InitOperand(b_, p.dtype, p.a, p.batch));
  return InitLayout(y_, p.dtype, p.b.rows, p.a.rows, p.b.rows, p.batch, p.y_batch_stride);
}

absl::Status LtMatmul::FindAlgorithms() {
  cublasLtMatmulPreferenceOpaque_t preference = {};
  RETURN_IF_CUDA_ERROR(cublasLtMatmulPreferenceInit(&preference));
  const auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    return ToStatus(
        cublasLtMatmulPreferenceSetAttribute(&preference, attribute, &value, sizeof(value)),
        "cublasLtMatmulPreferenceSetAttribute");
  };
  RETURN_IF_ERROR(prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, kMaxWorkspaceNbytes));
  // In place would be with atomics.
  const uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_NONE | CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE |
                           CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
  RETURN_IF_ERROR(prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK, schemes));
  for (const auto attribute :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    RETURN_IF_ERROR(prefer(attribute, kOperandAlignment));
  }
  algorithms_.resize(kMaxAlgorithms);
  int found = 0;
  const cublasStatus_t status =
      cublasLtMatmulAlgoGetHeuristic(handle_, &operation_, &a_, &b_, &y_, &y_, &preference,
                                     kMaxAlgorithms, algorithms_.data(), &found);
  algorithms_.resize(static_cast<size_t>(std::max(found, 0)));
  if (status == CUBLAS_STATUS_NOT_SUPPORTED || found == 0) {
    return Unimplemented("matmul: expected an algorithm, received none");
  }
  return ToStatus(status, "cublasLtMatmulAlgoGetHeuristic");
}

absl::Status LtMatmul::ChooseAlgorithm(Libraries& libraries) {
  if (algorithms_.size() == 1) return absl::OkStatus();
  const std::string question = fmt::format("cublasLt {} {} {} of {}", cublasLtGetVersion(),
                                           DeviceKind(), product_.ToString(), algorithms_.size());
  const auto kept = [&]() -> std::optional<size_t> {
    const std::optional<int64_t> choice = libraries.choices().Find(question);
    const bool is_one =
        choice && *choice >= 0 && *choice < static_cast<int64_t>(algorithms_.size());
    return is_one ? std::optional(static_cast<size_t>(*choice)) : std::nullopt;
  };
  std::optional<size_t> choice = kept();
  if (!choice) {
    const absl::StatusOr<size_t> fastest = FastestAlgorithm();
    // Without memory to measure in, the heuristic's first it is, for this time.
    if (absl::IsResourceExhausted(fastest.status())) return absl::OkStatus();
    RETURN_IF_ERROR(fastest.status());
    libraries.choices().Keep(question, static_cast<int64_t>(*fastest));
    choice = kept();  // what another thread or process found meanwhile, if it was first
    if (!choice) choice = *fastest;
  }
  chosen_ = *choice;
  return absl::OkStatus();
}

absl::StatusOr<size_t> LtMatmul::FastestAlgorithm() {
  const Product& p = product_;
  const int64_t a_nbytes = SpanNbytes(p.a, p.batch, p.dtype);
  const int64_t b_nbytes = SpanNbytes(p.b, p.batch, p.dtype);
  const int64_t y_nbytes =
      Aligned(((p.batch - 1) * p.y_batch_stride + p.a.rows * p.b.rows) * SizeOf(p.dtype));
  const int64_t bias_nbytes = Aligned(p.b.rows * SizeOf(p.dtype));
  ASSIGN_OR_RETURN(const Scratch scratch,
                   Scratch::Make(a_nbytes + b_nbytes + bias_nbytes + y_nbytes +
                                 static_cast<int64_t>(kMaxWorkspaceNbytes + kWorkspaceAlignment)));
  std::byte* const a = scratch.data();
  std::byte* const b = a + a_nbytes;
  std::byte* const bias = b + b_nbytes;
  std::byte* const y = bias + bias_nbytes;
  const ProductAddresses at{.a = a, .b = b, .bias = bias, .addend = y, .y = y};
  size_t fastest = 0;
  float least_us = 0;
  for (chosen_ = 0; chosen_ < algorithms_.size(); ++chosen_) {
    const absl::StatusOr<float> us =
        LeastUs([&](cudaStream_t stream) { return Enqueue(at, y + y_nbytes, stream); });
    // The heuristic may propose what does not run.
    if (!us.ok() || (least_us > 0 && *us >= least_us)) continue;
    fastest = chosen_;
    least_us = *us;
  }
  return fastest;
}

int64_t LtMatmul::workspace_nbytes() const {
  const auto nbytes = static_cast<int64_t>(algorithms_[chosen_].workspaceSize);
  return nbytes == 0 ? 0 : nbytes + static_cast<int64_t>(kWorkspaceAlignment);
}

absl::Status LtMatmul::Enqueue(const ProductAddresses& at, void* workspace,
                               cudaStream_t stream) const {
  // The library's own are not const, and one product runs on several threads.
  cublasLtMatmulDescOpaque_t operation = operation_;
  cublasLtMatrixLayoutOpaque_t a = a_, b = b_, y = y_;
  if (product_.has_bias) {
    RETURN_IF_ERROR(Set(operation, CUBLASLT_MATMUL_DESC_BIAS_POINTER, at.bias));
  }
  const float one = 1, zero = 0;
  const double one_double = 1, zero_double = 0;
  const bool is_double = product_.dtype == DType::kF64;
  const void* const alpha = is_double ? static_cast<const void*>(&one_double) : &one;
  const void* const none = is_double ? static_cast<const void*>(&zero_double) : &zero;
  const void* const addend = product_.has_addend ? at.addend : at.y;
  const auto address = reinterpret_cast<uintptr_t>(workspace);
  void* const aligned = reinterpret_cast<void*>((address + kWorkspaceAlignment - 1) /
                                                kWorkspaceAlignment * kWorkspaceAlignment);
  const cublasLtMatmulHeuristicResult_t& algorithm = algorithms_[chosen_];
  return ToStatus(cublasLtMatmul(handle_, &operation, alpha, at.b, &a, at.a, &b,
                                 product_.has_addend ? alpha : none, addend, &y, at.y, &y,
                                 &algorithm.algo, aligned, algorithm.workspaceSize, stream),
                  "cublasLtMatmul");
}

}  // namespace tricorn::backend::cuda
