#include "core/backend/cuda/lt_matmul.h"

#include "core/backend/cuda/cuda_error.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr uintptr_t kWorkspaceAlignment = 256;            // that the library asks for
constexpr size_t kMaxWorkspaceNbytes = size_t{32} << 20;  // what NVIDIA advises for Hopper

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

}  // namespace

// The library is column-major: it computes y^T (b.rows x a.rows) = b a^T.
struct LtMatmul::Descriptors {
  ~Descriptors() {
    if (operation != nullptr) cublasLtMatmulDescDestroy(operation);
    for (cublasLtMatrixLayout_t layout : {a, b, y}) {
      if (layout != nullptr) cublasLtMatrixLayoutDestroy(layout);
    }
  }

  absl::Status SetTranspose(cublasLtMatmulDescAttributes_t which, bool transposed) {
    const cublasOperation_t op = transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    return ToStatus(cublasLtMatmulDescSetAttribute(operation, which, &op, sizeof(op)),
                    "cublasLtMatmulDescSetAttribute");
  }
  // As the library sees it: of `rows` x `columns`, column-major.
  absl::Status MakeLayout(cublasLtMatrixLayout_t* layout, int64_t rows, int64_t columns,
                          int64_t leading, int64_t batch, int64_t batch_stride) {
    RETURN_IF_CUDA_ERROR(cublasLtMatrixLayoutCreate(layout, type, static_cast<uint64_t>(rows),
                                                    static_cast<uint64_t>(columns), leading));
    const auto count = static_cast<int32_t>(batch);
    RETURN_IF_CUDA_ERROR(cublasLtMatrixLayoutSetAttribute(
        *layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT, &count, sizeof(count)));
    RETURN_IF_CUDA_ERROR(cublasLtMatrixLayoutSetAttribute(
        *layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &batch_stride, sizeof(batch_stride)));
    return absl::OkStatus();
  }
  absl::Status MakeOperand(cublasLtMatrixLayout_t* layout, const MatrixLayout& m, int64_t batch) {
    return m.is_row_major ? MakeLayout(layout, m.columns, m.rows, m.leading, batch, m.batch_stride)
                          : MakeLayout(layout, m.rows, m.columns, m.leading, batch, m.batch_stride);
  }

  absl::Status FindAlgorithm() {
    cublasLtMatmulPreference_t preference = nullptr;
    RETURN_IF_CUDA_ERROR(cublasLtMatmulPreferenceCreate(&preference));
    const size_t limit = kMaxWorkspaceNbytes;
    // In place would be with atomics.
    const uint32_t schemes = CUBLASLT_REDUCTION_SCHEME_NONE |
                             CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE |
                             CUBLASLT_REDUCTION_SCHEME_OUTPUT_TYPE;
    cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                         &limit, sizeof(limit));
    cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                         &schemes, sizeof(schemes));
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(handle, operation, a, b, y, y,
                                                                 preference, 1, &heuristic, &found);
    cublasLtMatmulPreferenceDestroy(preference);
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || found == 0) {
      return Unimplemented("matmul: expected an algorithm, received none");
    }
    return ToStatus(status, "cublasLtMatmulAlgoGetHeuristic");
  }

  cublasLtHandle_t handle = nullptr;
  DType dtype = DType::kF32;
  cudaDataType_t type = CUDA_R_32F;
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t a = nullptr, b = nullptr, y = nullptr;  // the library's first is our b
  cublasLtMatmulHeuristicResult_t heuristic = {};
};

LtMatmul::LtMatmul(std::unique_ptr<Descriptors> descriptors)
    : descriptors_(std::move(descriptors)) {}
LtMatmul::~LtMatmul() = default;

absl::StatusOr<std::unique_ptr<LtMatmul>> LtMatmul::Create(Libraries& libraries, DType dtype,
                                                           int64_t batch, const MatrixLayout& a,
                                                           const MatrixLayout& b, bool allow_tf32) {
  auto d = std::make_unique<Descriptors>();
  ASSIGN_OR_RETURN(d->handle, libraries.Blas());
  d->dtype = dtype;
  d->type = DataType(dtype);
  const bool is_double = dtype == DType::kF64;
  const cublasComputeType_t compute = is_double ? CUBLAS_COMPUTE_64F
                                      : allow_tf32 && dtype == DType::kF32
                                          ? CUBLAS_COMPUTE_32F_FAST_TF32
                                          : CUBLAS_COMPUTE_32F;
  RETURN_IF_CUDA_ERROR(
      cublasLtMatmulDescCreate(&d->operation, compute, is_double ? CUDA_R_64F : CUDA_R_32F));
  // The library's product: (b as b.rows x k) times (a^T as k x a.rows).
  RETURN_IF_ERROR(d->SetTranspose(CUBLASLT_MATMUL_DESC_TRANSA, b.is_row_major));
  RETURN_IF_ERROR(d->SetTranspose(CUBLASLT_MATMUL_DESC_TRANSB, !a.is_row_major));
  RETURN_IF_ERROR(d->MakeOperand(&d->a, b, batch));
  RETURN_IF_ERROR(d->MakeOperand(&d->b, a, batch));
  RETURN_IF_ERROR(d->MakeLayout(&d->y, b.rows, a.rows, b.rows, batch, a.rows * b.rows));
  RETURN_IF_ERROR(d->FindAlgorithm());
  return std::unique_ptr<LtMatmul>(new LtMatmul(std::move(d)));
}

int64_t LtMatmul::workspace_nbytes() const {
  const auto nbytes = static_cast<int64_t>(descriptors_->heuristic.workspaceSize);
  return nbytes == 0 ? 0 : nbytes + static_cast<int64_t>(kWorkspaceAlignment);
}

absl::Status LtMatmul::Enqueue(const void* a, const void* b, void* y, void* workspace,
                               cudaStream_t stream) const {
  const Descriptors& d = *descriptors_;
  const float one = 1, zero = 0;
  const double one_double = 1, zero_double = 0;
  const bool is_double = d.dtype == DType::kF64;
  const auto address = reinterpret_cast<uintptr_t>(workspace);
  void* const aligned = reinterpret_cast<void*>((address + kWorkspaceAlignment - 1) /
                                                kWorkspaceAlignment * kWorkspaceAlignment);
  const void* alpha = is_double ? static_cast<const void*>(&one_double) : &one;
  const void* beta = is_double ? static_cast<const void*>(&zero_double) : &zero;
  return ToStatus(cublasLtMatmul(d.handle, d.operation, alpha, b, d.a, a, d.b, beta, y, d.y, y, d.y,
                                 &d.heuristic.algo, aligned, d.heuristic.workspaceSize, stream),
                  "cublasLtMatmul");
}

}  // namespace tricorn::backend::cuda
