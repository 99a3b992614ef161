#include "core/backend/cpu/onednn_matmul.h"

#include "core/backend/cpu/onednn_adapter.h"

namespace tricorn::backend::cpu {
namespace {

class Matmul : public OneDnnMatmul {
 public:
  explicit Matmul(onednn::Call call) : call_(std::move(call)) {}
  int64_t workspace_nbytes() const override { return call_.scratchpad_nbytes(); }
  absl::Status Run(const std::byte* a, const std::byte* b, std::byte* c,
                   std::byte* workspace) const override {
    return call_.Run({a, b, c}, workspace);
  }

 private:
  const onednn::Call call_;
};

dnnl::memory::desc Matrix(const MatmulSpec& spec, int64_t rows, int64_t columns,
                          const std::array<int64_t, 3>& strides) {
  if (spec.batch == 1) {
    return onednn::Strided({rows, columns}, spec.dtype, {strides[1], strides[2]});
  }
  return onednn::Strided({spec.batch, rows, columns}, spec.dtype,
                         {strides[0], strides[1], strides[2]});
}

// The outer of two strides must step over whole inner rows; oneDNN reads nothing else fast.
bool IsMatrix(int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride) {
  return (column_stride == 1 && row_stride >= columns) ||
         (row_stride == 1 && column_stride >= rows);
}

}  // namespace

std::unique_ptr<OneDnnMatmul> MakeOneDnnMatmul(const MatmulSpec& spec) {
  if (!onednn::Supports(spec.dtype)) return nullptr;
  if (!IsMatrix(spec.m, spec.k, spec.a_strides[1], spec.a_strides[2])) return nullptr;
  if (!IsMatrix(spec.k, spec.n, spec.b_strides[1], spec.b_strides[2])) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<OneDnnMatmul> {
    const dnnl::memory::desc a = Matrix(spec, spec.m, spec.k, spec.a_strides);
    const dnnl::memory::desc b = Matrix(spec, spec.k, spec.n, spec.b_strides);
    const dnnl::memory::desc c = Matrix(spec, spec.m, spec.n, {spec.m * spec.n, spec.n, 1});
    const dnnl::matmul::primitive_desc desc(dnnl::matmul::desc(a, b, c), onednn::CallerScratchpad(),
                                            onednn::Engine());
    return std::make_unique<Matmul>(onednn::Call(
        dnnl::matmul(desc), {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, b}, {DNNL_ARG_DST, c}},
        desc.scratchpad_desc()));
  });
}

}  // namespace tricorn::backend::cpu
