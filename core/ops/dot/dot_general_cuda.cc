#include <algorithm>
#include <optional>

#include "core/backend/cuda/cuda_error.h"
#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/fused_product.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/backend/cuda/index_code.h"
#include "core/backend/cuda/lt_matmul.h"
#include "core/base/status.h"
#include "core/ops/dot/dot.h"

namespace tricorn::backend::cuda {
namespace {

// The axes of an operand in three groups: batch, its own, contracted.
struct Groups {
  std::vector<int64_t> batch, own, contracted;
};

Groups GroupsOf(const Shape& shape, const ops::Axes& batch, const ops::Axes& contract) {
  Groups groups{batch, {}, contract};
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    const bool taken = std::find(batch.begin(), batch.end(), axis) != batch.end() ||
                       std::find(contract.begin(), contract.end(), axis) != contract.end();
    if (!taken) groups.own.push_back(axis);
  }
  return groups;
}

int64_t Length(const Shape& shape, const std::vector<int64_t>& axes) {
  int64_t length = 1;
  for (const int64_t axis : axes) length *= shape[static_cast<int>(axis)];
  return length;
}

// The stride with which `axes` can be walked as one row-major axis; 0 when all have length 1.
std::optional<int64_t> StrideOf(const Shape& shape, const std::vector<int64_t>& axes) {
  const std::vector<int64_t> strides = shape.Strides();
  int64_t stride = 0, expected = 0;
  for (size_t k = axes.size(); k-- > 0;) {
    const int64_t length = shape[static_cast<int>(axes[k])];
    if (length == 1) continue;
    const int64_t own = strides[static_cast<size_t>(axes[k])];
    if (stride == 0) {
      stride = own;
    } else if (own != expected) {
      return std::nullopt;
    }
    expected = own * length;
  }
  return stride;
}

// An operand as a matrix of rows (its own axes) and columns (contracted ones), if it lies so.
std::optional<MatrixLayout> LayoutOf(const Shape& shape, const Groups& groups) {
  const auto batch = StrideOf(shape, groups.batch);
  auto rows = StrideOf(shape, groups.own);
  auto columns = StrideOf(shape, groups.contracted);
  if (!batch || !rows || !columns) return std::nullopt;
  const int64_t num_rows = Length(shape, groups.own);
  const int64_t num_columns = Length(shape, groups.contracted);
  // An axis of length 1 gets the stride of a plain matrix.
  if (num_columns == 1) columns = *rows == 1 ? num_rows : 1;
  if (num_rows == 1) rows = *columns == 1 ? num_columns : 1;
  if (*rows != 1 && *columns != 1) return std::nullopt;
  return MatrixLayout{.rows = num_rows,
                      .columns = num_columns,
                      .is_row_major = *columns == 1,
                      .leading = *columns == 1 ? *rows : *columns,
                      .batch_stride = *batch};
}

// Plain loops for what the library does not do: integers, and axes that lie apart.
std::unique_ptr<Kernel> MakeLoops(const KernelRequest& request, const Groups& a, const Groups& b) {
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

class MatmulKernel : public Kernel {
 public:
  MatmulKernel(std::unique_ptr<LtMatmul> matmul, const FusedProductAttrs& attrs)
      : matmul_(std::move(matmul)),
        bias_(attrs.has_bias ? 2 : 0),
        addend_(attrs.has_addend ? 2 + (attrs.has_bias ? 1 : 0) : 0) {}
  int64_t workspace_nbytes() const override { return matmul_->workspace_nbytes(); }
  bool may_overwrite(size_t operand, size_t /*result*/) const override {
    return operand > 0 && operand == addend_;
  }
  absl::Status Enqueue(const KernelArgs& args) const override {
    const ProductAddresses at{.a = args.operands[0],
                              .b = args.operands[1],
                              .bias = bias_ > 0 ? args.operands[bias_] : nullptr,
                              .addend = addend_ > 0 ? args.operands[addend_] : nullptr,
                              .y = args.results[0]};
    return matmul_->Enqueue(at, args.workspace, args.stream);
  }

 private:
  const std::unique_ptr<LtMatmul> matmul_;
  const size_t bias_, addend_;  // which operands they are; 0 for none
};

// Refuses where the library has no algorithm.
std::unique_ptr<Kernel> MakeMatmul(const KernelRequest& request, const FusedProductAttrs& attrs) {
  const ir::Type& a = request.operands[0];
  const ir::Type& b = request.operands[1];
  const int64_t work = request.results[0].num_elements() * Length(a.shape, attrs.a_contract);
  const auto a_layout = LayoutOf(a.shape, GroupsOf(a.shape, attrs.a_batch, attrs.a_contract));
  const auto b_layout = LayoutOf(b.shape, GroupsOf(b.shape, attrs.b_batch, attrs.b_contract));
  if (!IsFloating(a.dtype) || work == 0 || !a_layout || !b_layout) return nullptr;
  auto matmul = LtMatmul::Create(request.libraries,
                                 {.dtype = a.dtype,
                                  .batch = Length(a.shape, attrs.a_batch),
                                  .a = *a_layout,
                                  .b = *b_layout,
                                  .has_bias = attrs.has_bias,
                                  .has_addend = attrs.has_addend,
                                  .has_relu = attrs.has_relu,
                                  .allow_tf32 = request.allow_tf32},
                                 request.measure);
  if (!matmul.ok()) return nullptr;
  return std::make_unique<MatmulKernel>(*std::move(matmul), attrs);
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

}  // namespace

void RegisterDotGeneralCuda(KernelRegistry& registry) {
  registry.Add(ops::kDotGeneral, MakeDotGeneral);
  registry.Add(kFusedProduct, MakeFusedProduct);
}

}  // namespace tricorn::backend::cuda
