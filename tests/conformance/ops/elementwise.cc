#include "core/ops/elementwise/elementwise.h"
#include "core/base/status.h"
#include "tests/conformance/ops/forms.h"
#include "tests/conformance/ops/op_table.h"

namespace tricorn::conformance {
namespace {

using ir::Value;
using ir::Values;
using A = OpArguments;

template <Value (*F)(ops::Arg, ops::Arg)>
Values Binary(A& a) {
  const ops::Arg x = a.ArrayOrNumber(0, "x1");
  const ops::Arg y = a.ArrayOrNumber(1, "x2");
  if (x.is_number() && y.is_number()) {
    a.SetError(Unimplemented("two numbers"));
    return {};
  }
  return {F(x, y)};
}

}  // namespace

const std::map<std::string_view, OpFunction>& ElementwiseOps() {
  static const std::map<std::string_view, OpFunction> table = {
      {"abs", Unary<ops::Absolute>},
      {"absolute", Unary<ops::Absolute>},
      {"arccos", Unary<ops::Arccos>},
      {"arccosh", Unary<ops::Arccosh>},
      {"arcsin", Unary<ops::Arcsin>},
      {"arcsinh", Unary<ops::Arcsinh>},
      {"arctan", Unary<ops::Arctan>},
      {"arctanh", Unary<ops::Arctanh>},
      {"bitwise_invert", Unary<ops::BitwiseNot>},
      {"bitwise_not", Unary<ops::BitwiseNot>},
      {"ceil", Unary<ops::Ceil>},
      {"cos", Unary<ops::Cos>},
      {"cosh", Unary<ops::Cosh>},
      {"erf", Unary<ops::Erf>},
      {"exp", Unary<ops::Exp>},
      {"expm1", Unary<ops::Expm1>},
      {"fabs", Unary<ops::Absolute>},
      {"floor", Unary<ops::Floor>},
      {"isfinite", Unary<ops::Isfinite>},
      {"isinf", Unary<ops::Isinf>},
      {"isnan", Unary<ops::Isnan>},
      {"log", Unary<ops::Log>},
      {"log1p", Unary<ops::Log1p>},
      {"logical_not", Unary<ops::LogicalNot>},
      {"negative", Unary<ops::Negative>},
      {"ones_like", Unary<ops::OnesLike>},
      {"reciprocal", Unary<ops::Reciprocal>},
      {"round", Unary<ops::Round>},
      {"rsqrt", Unary<ops::Rsqrt>},
      {"sigmoid", Unary<ops::Sigmoid>},
      {"sign", Unary<ops::Sign>},
      {"sin", Unary<ops::Sin>},
      {"sinh", Unary<ops::Sinh>},
      {"sqrt", Unary<ops::Sqrt>},
      {"square", Unary<ops::Square>},
      {"stop_gradient", Unary<ops::StopGradient>},
      {"tan", Unary<ops::Tan>},
      {"tanh", Unary<ops::Tanh>},
      {"trunc", Unary<ops::Trunc>},
      {"zeros_like", Unary<ops::ZerosLike>},

      {"add", Binary<ops::Add>},
      {"arctan2", Binary<ops::Arctan2>},
      {"bitwise_and", Binary<ops::BitwiseAnd>},
      {"bitwise_left_shift", Binary<ops::LeftShift>},
      {"bitwise_or", Binary<ops::BitwiseOr>},
      {"bitwise_right_shift", Binary<ops::RightShift>},
      {"bitwise_xor", Binary<ops::BitwiseXor>},
      {"divide", Binary<ops::Divide>},
      {"equal", Binary<ops::Equal>},
      {"floor_divide", Binary<ops::FloorDivide>},
      {"greater", Binary<ops::Greater>},
      {"greater_equal", Binary<ops::GreaterEqual>},
      {"left_shift", Binary<ops::LeftShift>},
      {"less", Binary<ops::Less>},
      {"less_equal", Binary<ops::LessEqual>},
      {"logical_and", Binary<ops::LogicalAnd>},
      {"logical_or", Binary<ops::LogicalOr>},
      {"logical_xor", Binary<ops::LogicalXor>},
      {"maximum", Binary<ops::Maximum>},
      {"minimum", Binary<ops::Minimum>},
      {"mod", Binary<ops::Mod>},
      {"multiply", Binary<ops::Multiply>},
      {"not_equal", Binary<ops::NotEqual>},
      {"power", Binary<ops::Power>},
      {"right_shift", Binary<ops::RightShift>},
      {"subtract", Binary<ops::Subtract>},
      {"true_divide", Binary<ops::Divide>},

      {"cast",
       [](A& a) -> Values {
         const absl::StatusOr<DType> dtype = ParseDType(a.Text(1, "dtype", ""));
         a.SetError(dtype.status());
         return {ops::Cast(a.Array(0, "x"), dtype.value_or(DType::kF32))};
       }},
      {"clip",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Clip(x, a.ArrayOrNumber(1, "x_min"), a.ArrayOrNumber(2, "x_max"))};
       }},
      {"full_like",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Full(a.builder(), x.type(), a.Number(1, "fill_value", 0))};
       }},
      {"where",
       [](A& a) -> Values {
         const Value condition = a.Array(0, "condition");
         return {ops::Where(condition, a.ArrayOrNumber(1, "x1"), a.ArrayOrNumber(2, "x2"))};
       }},
  };
  return table;
}

}  // namespace tricorn::conformance
