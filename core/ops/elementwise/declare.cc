#include "core/ops/elementwise/declare.h"

#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops::elementwise {
namespace {

using Infer = absl::StatusOr<Types>;

OpDef Declare(std::string_view name, std::string_view doc) {
  OpDef def = Op<>{.name = name,
                   .doc = doc,
                   .kind = OpKind::kElementwise,
                   .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
                     return x[0];
                   }};
  return def;
}

auto InferUnary(Domain domain, bool predicate) {
  return [=](std::span<const Type> x, const ir::Attrs&) -> Infer {
    RETURN_IF_ERROR(ExpectCount(x, 1));
    RETURN_IF_ERROR(ExpectDomain(domain, x[0]));
    return Types{{predicate ? DType::kBool : x[0].dtype, x[0].shape}};
  };
}

auto InferBinary(Domain domain, bool predicate) {
  return [=](std::span<const Type> x, const ir::Attrs&) -> Infer {
    RETURN_IF_ERROR(ExpectCount(x, 2));
    RETURN_IF_ERROR(ExpectDomain(domain, x[0]));
    RETURN_IF_ERROR(ExpectSameType(x[0], x[1]));
    return Types{{predicate ? DType::kBool : x[0].dtype, x[0].shape}};
  };
}

}  // namespace

absl::Status ExpectDomain(Domain domain, const Type& x) {
  switch (domain) {
    case Domain::kAny:
      if (x.dtype != DType::kString) return absl::OkStatus();
      return InvalidArgument("expected numbers or bool, received {}", x.ToString());
    case Domain::kNumber:
      if (IsFloating(x.dtype) || IsInteger(x.dtype)) return absl::OkStatus();
      return InvalidArgument("expected numbers, received {}", x.ToString());
    case Domain::kFloating:
      return ExpectFloating(x);
    case Domain::kInteger:
      if (IsInteger(x.dtype)) return absl::OkStatus();
      return InvalidArgument("expected integers, received {}", x.ToString());
    case Domain::kBits:
      if (x.dtype == DType::kBool || IsInteger(x.dtype)) return absl::OkStatus();
      return InvalidArgument("expected integers or bool, received {}", x.ToString());
  }
  return absl::OkStatus();
}

OpDef Unary(std::string_view name, std::string_view doc, Domain domain, UnaryGradient gradient) {
  OpDef def = Declare(name, doc);
  def.infer = InferUnary(domain, false);
  if (gradient != nullptr) {
    def.gradient = [gradient](Operands x, Operands y, Operands dy, const ir::Attrs&) {
      return Grads{gradient(x[0], y[0], dy[0])};
    };
  }
  return def;
}

OpDef Predicate(std::string_view name, std::string_view doc, Domain domain) {
  OpDef def = Declare(name, doc);
  def.infer = InferUnary(domain, true);
  return def;
}

OpDef Binary(std::string_view name, std::string_view doc, Domain domain, BinaryGradient gradient) {
  OpDef def = Declare(name, doc);
  def.infer = InferBinary(domain, false);
  if (gradient != nullptr) {
    def.gradient = [gradient](Operands x, Operands y, Operands dy, const ir::Attrs&) {
      return gradient(x[0], x[1], y[0], dy[0]);
    };
  }
  return def;
}

OpDef Comparison(std::string_view name, std::string_view doc, Domain domain) {
  OpDef def = Declare(name, doc);
  def.infer = InferBinary(domain, true);
  return def;
}

Value Apply(const OpDef& op, Value x, bool to_float) {
  if (to_float && !IsFloating(x.dtype())) x = Cast(x, DType::kF32);
  return x.builder().Add(op, {{x}});
}

}  // namespace tricorn::ops::elementwise
