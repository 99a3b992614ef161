#include "core/backend/cpu/onednn/onednn_matmul.h"

#include <string_view>

#include "core/backend/cpu/onednn/onednn_adapter.h"

namespace tricorn::backend::cpu {
namespace {

class PrimitiveMatmul : public Matmul {
 public:
  explicit PrimitiveMatmul(onednn::Call call) : call_(std::move(call)) {}
  int64_t workspace_nbytes() const override { return call_.scratchpad_nbytes(); }
  absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                   std::byte* workspace) const override {
    return call_.Run({a, b, c}, workspace);
  }

 private:
  const onednn::Call call_;
};

dnnl::memory::desc Matrix(const MatmulSpec& spec, DType dtype, int64_t rows, int64_t columns,
                          const std::array<int64_t, 3>& strides) {
  if (spec.batch == 1) {
    return onednn::Strided({rows, columns}, dtype, {strides[1], strides[2]});
  }
  return onednn::Strided({spec.batch, rows, columns}, dtype, {strides[0], strides[1], strides[2]});
}

// The outer of two strides must step over whole inner rows; oneDNN reads nothing else fast.
bool IsMatrix(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
  return (column_stride == 1 && row_stride >= columns) ||
         (row_stride == 1 && column_stride >= rows);
}

// Whether sums of products of bytes are kept in 32 bits from the first one on. Older code adds
// pairs in 16 bits, which saturates.
bool IsExact(const dnnl::matmul::primitive_desc& desc) {
  const std::string_view name = desc.impl_info_str();
  return name.find("vnni") != name.npos || name.find("amx") != name.npos;
}

}  // namespace

std::unique_ptr<Matmul> MakeOneDnnMatmul(const MatmulSpec& spec) {
  const bool bytes = spec.dtype == DType::kI8;
  if (!bytes && !onednn::Supports(spec.dtype)) return nullptr;
  if (!IsMatrix(spec.m, spec.k, spec.a_strides[1], spec.a_strides[2])) return nullptr;
  if (!IsMatrix(spec.k, spec.n, spec.b_strides[1], spec.b_strides[2])) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<Matmul> {
    const dnnl::memory::desc a = Matrix(spec, spec.dtype, spec.m, spec.k, spec.a_strides);
    const dnnl::memory::desc b = Matrix(spec, spec.dtype, spec.k, spec.n, spec.b_strides);
    const dnnl::memory::desc c = Matrix(spec, bytes ? DType::kI32 : spec.dtype, spec.m, spec.n,
                                        {spec.m * spec.n, spec.n, 1});
    const auto desc = onednn::Describe<dnnl::matmul>(a, b, c);
    if (bytes && !IsExact(desc)) return nullptr;
    return std::make_unique<PrimitiveMatmul>(onednn::Call(
        dnnl::matmul(desc), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}},
        desc.scratchpad_desc()));
  });
}

}  // namespace tricorn::backend::cpu
