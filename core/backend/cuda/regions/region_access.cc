#include "core/backend/cuda/regions/region_access.h"

#include <algorithm>
#include <cmath>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/elementwise/scalar.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cuda {
namespace {

// The ops that scalar.h computes.
bool HasScalarFunction(std::string_view op) {
#define TRICORN_NAME(name) #name,
  static constexpr std::string_view kNames[] = {
      TRICORN_UNARY_NUMBER(TRICORN_NAME) TRICORN_UNARY_FLOATING(TRICORN_NAME)
          TRICORN_UNARY_BITS(TRICORN_NAME) TRICORN_PREDICATE(TRICORN_NAME)
              TRICORN_BINARY_NUMBER(TRICORN_NAME) TRICORN_BINARY_FLOATING(TRICORN_NAME)
                  TRICORN_BINARY_BITS(TRICORN_NAME) TRICORN_BINARY_INTEGER(TRICORN_NAME)
                      TRICORN_COMPARISON(TRICORN_NAME)};
#undef TRICORN_NAME
  return std::find(std::begin(kNames), std::end(kNames), op) != std::end(kNames);
}

// Whether dividing by `divisor` may become a product with its reciprocal: where that is exact, or
// lost in the rounding of the result.
bool MayUseReciprocal(DType dtype, double divisor) {
  if (!IsFloating(dtype) || !std::isfinite(divisor) || divisor == 0) return false;
  int exponent = 0;
  return SizeOf(dtype) == 2 || std::abs(std::frexp(divisor, &exponent)) == 0.5;
}

}  // namespace

bool Access::is_uniform() const {
  return std::all_of(strides.begin(), strides.end(), [](int64_t stride) { return stride == 0; });
}

std::optional<Access> AccessOf(const ir::Graph& region, ir::ValueId id) {
  const ir::Node* node = region.producer(id);
  const Shape& shape = region.type(id).shape;
  if (node != nullptr && node->op == &ops::kBroadcast) {
    const std::optional<Access> from = AccessOf(region, node->operands[0]);
    if (!from) return std::nullopt;
    const auto& axes = node->attrs.As<ops::BroadcastAttrs>().axes;
    const Shape& from_shape = region.type(node->operands[0]).shape;
    Access access{from->root, std::vector<int64_t>(static_cast<size_t>(shape.rank()), 0)};
    for (size_t k = 0; k < axes.size(); ++k) {
      if (from_shape[static_cast<int>(k)] == 1) continue;
      access.strides[static_cast<size_t>(axes[k])] = from->strides[k];
    }
    return access;
  }
  if (node != nullptr && node->op == &ops::kReshape) {
    const std::optional<Access> from = AccessOf(region, node->operands[0]);
    if (!from) return std::nullopt;
    if (from->is_uniform()) {
      return Access{from->root, std::vector<int64_t>(static_cast<size_t>(shape.rank()), 0)};
    }
    if (from->strides != region.type(node->operands[0]).shape.Strides()) return std::nullopt;
    return Access{from->root, shape.Strides()};
  }
  const bool is_scalar = shape.num_elements() == 1;
  return Access{
      id, is_scalar ? std::vector<int64_t>(static_cast<size_t>(shape.rank()), 0) : shape.Strides()};
}

std::optional<double> UniformNumber(const ir::Graph& region, ir::ValueId id) {
  const std::optional<Access> access = AccessOf(region, id);
  if (!access) return std::nullopt;
  const Tensor* value = ir::ConstantValue(region.producer(access->root));
  if (value == nullptr || value->num_elements() != 1) return std::nullopt;
  return value->At(0);
}

std::optional<std::string> ElementExpression(const ir::Graph& region, const ir::Node& node,
                                             const std::vector<std::string>& operands) {
  const DType dtype = region.type(node.results[0]).dtype;
  const bool is_half = IsFloating(dtype) && SizeOf(dtype) == 2;
  if (node.op == &ops::kSelect) {
    return fmt::format("{} ? {} : {}", operands[0], operands[1], operands[2]);
  }
  if (node.op == &ops::kStopGradient) return operands[0];
  if (node.op == &ops::kCast) {
    const std::string value =
        fmt::format("Convert<{}, {}>::Of({})", TypeName(dtype),
                    WideName(region.type(node.operands[0]).dtype), operands[0]);
    return is_half ? fmt::format("Widen(Narrow<{}>::Of({}))", TypeName(dtype), value) : value;
  }
  if (node.op == &ops::kDivide) {
    const std::optional<double> divisor = UniformNumber(region, node.operands[1]);
    if (divisor && MayUseReciprocal(dtype, *divisor)) {
      return fmt::format("{} * ({}(1) / {})", operands[0], WideName(dtype), operands[1]);
    }
  }
  if (is_half && node.op == &ops::kExp) return fmt::format("__expf({})", operands[0]);
  if (is_half && node.op == &ops::kErf) return fmt::format("ShortErf({})", operands[0]);
  if (!HasScalarFunction(node.op->name)) return std::nullopt;
  std::string arguments;
  for (const std::string& operand : operands) {
    arguments += fmt::format("{}{}", arguments.empty() ? "" : ", ", operand);
  }
  return fmt::format("scalar::{}({})", node.op->name, arguments);
}

bool IsGenerator(const ir::Node* node) {
  return node != nullptr && (node->op == &ops::kIota || node->op == &ops::kRandomBits);
}

std::optional<std::string> ElementExpression(
    const ir::Graph& region, const ir::Node& node,
    absl::FunctionRef<std::optional<std::string>(ir::ValueId id)> name) {
  std::vector<std::string> operands;
  for (const ir::ValueId id : node.operands) {
    std::optional<std::string> operand = name(id);
    if (!operand) return std::nullopt;
    operands.push_back(*std::move(operand));
  }
  return ElementExpression(region, node, operands);
}

std::string GeneratedElement(const ir::Graph& region, const ir::Node& node, std::string_view at,
                             std::string_view key) {
  if (node.op == &ops::kRandomBits) {
    return fmt::format("Philox({0}[0], {0}[1], u64({1}) / 4).w[u64({1}) % 4]", key, at);
  }
  const auto& attrs = node.attrs.As<ops::IotaAttrs>();
  const auto axis = static_cast<size_t>(attrs.axis);
  const std::vector<int64_t> strides = attrs.shape.Strides();
  return fmt::format("Narrow<{}>::Of(Convert<{}, i64>::Of(({}) / {} % {}))",
                     TypeName(region.type(node.results[0]).dtype),
                     TypeName(region.type(node.results[0]).dtype), at, strides[axis],
                     attrs.shape[static_cast<int>(attrs.axis)]);
}

}  // namespace tricorn::backend::cuda
