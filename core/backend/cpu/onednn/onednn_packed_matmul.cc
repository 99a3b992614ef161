#include "core/backend/cpu/onednn/onednn_packed_matmul.h"

#include <algorithm>

#include "core/backend/cpu/onednn/onednn_adapter.h"

namespace tricorn::backend::cpu {
namespace {

class PackedMatmul : public OneDnnPackedMatmul {
 public:
  PackedMatmul(onednn::Call pack, onednn::Call multiply, int64_t packed_nbytes)
      : pack_(std::move(pack)), multiply_(std::move(multiply)), packed_nbytes_(packed_nbytes) {}

  int64_t packed_nbytes() const override { return packed_nbytes_; }
  int64_t workspace_nbytes() const override {
    return std::max(pack_.scratchpad_nbytes(), multiply_.scratchpad_nbytes());
  }
  absl::Status Pack(const std::byte* b, std::byte* packed, std::byte* workspace) const override {
    return pack_.Run({b, packed}, workspace);
  }
  absl::Status Run(const std::byte* a, const std::byte* packed, std::byte* c,
                   std::byte* workspace) const override {
    return multiply_.Run({a, packed, c}, workspace);
  }

 private:
  const onednn::Call pack_;
  const onednn::Call multiply_;
  const int64_t packed_nbytes_;
};

}  // namespace

std::unique_ptr<OneDnnPackedMatmul> MakeOneDnnPackedMatmul(const MatmulSpec& spec) {
  if (spec.batch != 1 || MakeOneDnnMatmul(spec) == nullptr) return nullptr;
  return onednn::OrNull([&]() -> std::unique_ptr<OneDnnPackedMatmul> {
    const auto matrix = [&](int64_t rows, int64_t columns, int64_t row_stride, int64_t stride) {
      return onednn::Strided({rows, columns}, spec.dtype, {row_stride, stride});
    };
    const dnnl::memory::desc a = matrix(spec.m, spec.k, spec.a_strides[1], spec.a_strides[2]);
    const dnnl::memory::desc b = matrix(spec.k, spec.n, spec.b_strides[1], spec.b_strides[2]);
    const dnnl::memory::desc c = matrix(spec.m, spec.n, spec.n, 1);
    const auto multiply =
        onednn::Describe<dnnl::matmul>(a, onednn::AnyLayout({spec.k, spec.n}, spec.dtype), c);
    const dnnl::memory::desc packed = multiply.weights_desc();
    if (packed == b) return nullptr;
    const dnnl::reorder::primitive_desc pack(onednn::Engine(), b, onednn::Engine(), packed,
                                             onednn::CallerScratchpad());
    return std::make_unique<PackedMatmul>(
        onednn::Call(dnnl::reorder(pack), {{DNNL_ARG_FROM, b}, {DNNL_ARG_TO, packed}},
                     pack.scratchpad_desc()),
        onednn::Call(dnnl::matmul(multiply),
                     {{DNNL_ARG_SRC, a}, {DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_DST, c}},
                     multiply.scratchpad_desc()),
        static_cast<int64_t>(packed.get_size()));
  });
}

}  // namespace tricorn::backend::cpu
