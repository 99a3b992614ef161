#include <algorithm>
#include <optional>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/product/fused_product.h"
#include "core/backend/cuda/product/lt_matmul.h"
#include "core/backend/cuda/product/narrow_product.h"
#include "core/backend/cuda/product/stacked_gradients.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"
#include "core/ops/dot/dot.h"

namespace tricorn::backend::cuda {
namespace {

// Plain loops for what the library does not do: integers, and axes that lie apart.
std::unique_ptr<Kernel> MakeLoops(const KernelRequest& request, const AxisGroups& a,
                                  const AxisGroups& b) {
  const Shape& a_shape = request.operands[0].shape;
  const Shape& b_shape = request.operands[1].shape;
  const ir::Type& y = request.results[0];
  const std::vector<int64_t> a_strides = a_shape.Strides(), b_strides = b_shape.Strides();
  // Walks over y's axes (batch, a's own, b's own) and over the contracted ones.
  std::vector<int64_t> y_a, y_b, k_lengths, k_a, k_b;
  const auto stride = [](const std::vector<int64_t>& strides, int64_t axis) {
    return strides[static_cast<size_t>(axis)];
  };
  for (size_t k = 0; k < a.batch.size(); ++k) {
    y_a.push_back(stride(a_strides, a.batch[k]));
    y_b.push_back(stride(b_strides, b.batch[k]));
  }
  for (const int64_t axis : a.own) {
    y_a.push_back(stride(a_strides, axis));
    y_b.push_back(0);
  }
  for (const int64_t axis : b.own) {
    y_a.push_back(0);
    y_b.push_back(stride(b_strides, axis));
  }
  for (size_t k = 0; k < a.contracted.size(); ++k) {
    k_lengths.push_back(a_shape[static_cast<int>(a.contracted[k])]);
    k_a.push_back(stride(a_strides, a.contracted[k]));
    k_b.push_back(stride(b_strides, b.contracted[k]));
  }
  const Shape contracted(k_lengths);
  const std::string code =
      IndexCode(y.shape, {y_a, y_b}).Code("i", {"a", "b"}) +
      fmt::format(
          "using Sum = Wide<{}>;\nSum sum(0);\nfor (Index k = 0; k < {}; ++k) {{\n{}"
          "sum = scalar::add(sum, scalar::multiply(static_cast<Sum>(Widen(x0[a + ka])),\n"
          "                                        static_cast<Sum>(Widen(x1[b + kb]))));\n"
          "}}\n",
          TypeName(y.dtype), contracted.num_elements(),
          IndexCode(contracted, {k_a, k_b}).Code("k", {"ka", "kb"}));
  return MakeElementKernel(request, y.num_elements(), code,
                           {fmt::format("Narrow<{}>::Of(sum)", TypeName(y.dtype))});
}

// A product of fewer operations, or of fewer elements, leaves multiprocessors idle.
constexpr int64_t kBusyOperations = int64_t{1} << 28;
constexpr int64_t kBusyElements = int64_t{1} << 20;

class MatmulKernel : public Kernel {
 public:
  MatmulKernel(std::unique_ptr<LtMatmul> matmul, const FusedProductAttrs& attrs,
               std::vector<ProductLayout::Place> places, int64_t element_nbytes,
               bool may_run_beside)
      : matmul_(std::move(matmul)),
        bias_(attrs.has_bias ? 2 : 0),
        addend_(attrs.has_addend ? 2 + (attrs.has_bias ? 1 : 0) : 0),
        places_(std::move(places)),
        element_nbytes_(element_nbytes),
        may_run_beside_(may_run_beside) {}
  int64_t workspace_nbytes() const override { return matmul_->workspace_nbytes(); }
  bool may_overwrite(size_t operand, size_t /*result*/) const override {
    return operand > 0 && operand == addend_;
  }
  bool may_run_beside() const override { return may_run_beside_; }
  absl::Status Enqueue(const KernelArgs& args) const override {
    const auto at = [&](std::byte* start, int64_t elements) {
      return start + elements * element_nbytes_;
    };
    for (const ProductLayout::Place& place : places_) {
      const ProductAddresses addresses{
          .a = at(args.operands[0], place.a),
          .b = at(args.operands[1], place.b),
          .bias = bias_ > 0 ? args.operands[bias_] : nullptr,
          .addend = addend_ > 0 ? at(args.operands[addend_], place.y) : nullptr,
          .y = at(args.results[0], place.y)};
      RETURN_IF_ERROR(matmul_->Enqueue(addresses, args.workspace, args.stream));
    }
    return absl::OkStatus();
  }

 private:
  const std::unique_ptr<LtMatmul> matmul_;
  const size_t bias_, addend_;  // which operands they are; 0 for none
  const std::vector<ProductLayout::Place> places_;
  const int64_t element_nbytes_;
  const bool may_run_beside_;
};

// Refuses where the library has no algorithm.
std::unique_ptr<Kernel> MakeMatmul(const KernelRequest& request, const FusedProductAttrs& attrs) {
  const ir::Type& a = request.operands[0];
  const ir::Type& b = request.operands[1];
  if (!IsFloating(a.dtype) || a.num_elements() == 0 || b.num_elements() == 0) return nullptr;
  std::optional<ProductLayout> layout = LayoutOf(a, b, attrs.dot());
  if (!layout) return nullptr;
  if (auto narrow = MakeNarrowProduct(request, attrs, *layout)) return narrow;
  auto matmul = LtMatmul::Create(request.libraries,
                                 {.dtype = a.dtype,
                                  .batch = layout->batch,
                                  .a = layout->a,
                                  .b = layout->b,
                                  .y_batch_stride = layout->y_batch_stride,
                                  .has_bias = attrs.has_bias,
                                  .has_addend = attrs.has_addend,
                                  .has_relu = attrs.has_relu,
                                  .allow_tf32 = request.allow_tf32},
                                 request.measure);
  if (!matmul.ok()) return nullptr;
  const int64_t elements = request.results[0].num_elements();
  const bool may_run_beside =
      elements <= kBusyElements && 2 * elements * layout->a.columns <= kBusyOperations;
  return std::make_unique<MatmulKernel>(*std::move(matmul), attrs, std::move(layout->places),
                                        SizeOf(a.dtype), may_run_beside);
}

std::unique_ptr<Kernel> MakeDotGeneral(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::DotGeneralAttrs>();
  const ir::Type& a = request.operands[0];
  const ir::Type& b = request.operands[1];
  if (a.dtype == DType::kBool) return nullptr;
  auto matmul = MakeMatmul(request, {.a_batch = attrs.a_batch,
                                     .b_batch = attrs.b_batch,
                                     .a_contract = attrs.a_contract,
                                     .b_contract = attrs.b_contract});
  if (matmul != nullptr) return matmul;
  return MakeLoops(request, GroupsOf(a.shape, attrs.a_batch, attrs.a_contract),
                   GroupsOf(b.shape, attrs.b_batch, attrs.b_contract));
}

std::unique_ptr<Kernel> MakeFusedProduct(const KernelRequest& request) {
  return MakeMatmul(request, request.attrs.As<FusedProductAttrs>());
}

// One call of the library for all parts: they read the same matrix a.
std::unique_ptr<Kernel> MakeStackedProduct(const KernelRequest& request) {
  const ir::Type& a = request.operands[0];
  const Shape& stack = request.operands[1].shape;
  const ir::Type part{a.dtype, Shape({stack.begin() + 1, stack.end()})};
  if (!IsFloating(a.dtype) || a.num_elements() == 0 || stack.num_elements() == 0) return nullptr;
  const std::optional<ProductLayout> layout =
      LayoutOf(a, part, request.attrs.As<StackedProductAttrs>().dot());
  if (!layout || layout->batch > 1 || layout->places.size() > 1) return nullptr;
  Product product{.dtype = a.dtype,
                  .batch = stack[0],
                  .a = layout->a,
                  .b = layout->b,
                  .y_batch_stride = layout->a.rows * layout->b.rows,
                  .allow_tf32 = request.allow_tf32};
  product.a.batch_stride = 0;
  product.b.batch_stride = part.num_elements();
  auto matmul = LtMatmul::Create(request.libraries, product, request.measure);
  if (!matmul.ok()) return nullptr;
  return std::make_unique<MatmulKernel>(*std::move(matmul), FusedProductAttrs{}, layout->places,
                                        SizeOf(a.dtype), /*may_run_beside=*/false);
}

}  // namespace

void RegisterDotGeneralCuda(KernelRegistry& registry) {
  registry.Add(ops::kDotGeneral, MakeDotGeneral);
  registry.Add(kFusedProduct, MakeFusedProduct);
  registry.Add(kStackedProduct, MakeStackedProduct);
}

}  // namespace tricorn::backend::cuda
