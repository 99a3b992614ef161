#include "core/ops/elementwise/declare.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::ops {
namespace {

using elementwise::Comparison;
using elementwise::Domain;

Value Apply(const OpDef& op, Arg a, Arg b) {
  const Values x = Unify({{a, b}});
  return x[0].builder().Add(op, x);
}

}  // namespace

const OpDef kEqual = Comparison("equal", "a = b", Domain::kAny);
const OpDef kNotEqual = Comparison("not_equal", "a != b", Domain::kAny);
const OpDef kLess = Comparison("less", "a < b", Domain::kAny);
const OpDef kLessEqual = Comparison("less_equal", "a <= b", Domain::kAny);
const OpDef kGreater = Comparison("greater", "a > b", Domain::kAny);
const OpDef kGreaterEqual = Comparison("greater_equal", "a >= b", Domain::kAny);

Value Equal(Arg a, Arg b) { return Apply(kEqual, a, b); }
Value NotEqual(Arg a, Arg b) { return Apply(kNotEqual, a, b); }
Value Less(Arg a, Arg b) { return Apply(kLess, a, b); }
Value LessEqual(Arg a, Arg b) { return Apply(kLessEqual, a, b); }
Value Greater(Arg a, Arg b) { return Apply(kGreater, a, b); }
Value GreaterEqual(Arg a, Arg b) { return Apply(kGreaterEqual, a, b); }

const OpDef kSelect = Op<>{
    .name = "select",
    .doc = "y = a where condition holds, else b. Operands: condition, a, b",
    .kind = OpKind::kElementwise,
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 3));
      RETURN_IF_ERROR(ExpectSameType({DType::kBool, x[1].shape}, x[0]));
      RETURN_IF_ERROR(ExpectSameType(x[1], x[2]));
      return x[1];
    },
    .gradient =
        [](Operands x, Value, Value dy, const NoAttrs&) {
          const Value zero = ZerosLike(dy);
          return Grads{Value(), Where(x[0], dy, zero), Where(x[0], zero, dy)};
        },
};

Value Where(Value condition, Arg a, Arg b) {
  // Two numbers meet as Python's would: float32 unless both are integers.
  const DType dtype = a.is_number() && b.is_number()
                          ? (a.is_integer() && b.is_integer() ? DType::kI32 : DType::kF32)
                          : PromotedDType({{a, b}});
  Builder& builder = condition.builder();
  const auto value = [&](const Arg& arg) {
    return arg.is_number() ? Scalar(builder, arg.number(), dtype) : Cast(arg.value(), dtype);
  };
  return builder.Add(kSelect, UnifyShapes({{Cast(condition, DType::kBool), value(a), value(b)}}));
}

}  // namespace tricorn::ops
