#include "core/ops/elementwise/elementwise.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/elementwise/exponential.h"
#include "core/ops/elementwise/nonfinite.h"
#include "core/ops/elementwise/number.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values CastTo(OpArguments& a) { return {ops::Cast(a.Tensor("x"), a.Dtype("dtype", DType::kF32))}; }

Values Clip(OpArguments& a) {
  return {ops::Clip(a.Tensor("x"), a.TensorOrNumber("x_min"), a.TensorOrNumber("x_max"))};
}

Values Itself(OpArguments& a) { return {a.Tensor("x")}; }

// Of real numbers: there is no complex dtype.
Values Imag(OpArguments& a) { return {ops::ZerosLike(a.Tensor("x"))}; }
Values Isreal(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Full(a.builder(), {DType::kBool, x.shape()}, 1)};
}

Values Round(OpArguments& a) { return {ops::RoundTo(a.Tensor("x"), a.Int("decimals", 0))}; }

Values Ldexp(OpArguments& a) { return {ops::Ldexp(a.Tensor("x1"), a.Tensor("x2"))}; }

Values Isclose(OpArguments& a) {
  const auto [x, y] = Pair(a, "x1", "x2");
  return {ops::Isclose(x, y, a.Number("rtol", 1e-5), a.Number("atol", 1e-8),
                       a.Flag("equal_nan", false))};
}
Values Allclose(OpArguments& a) { return {ops::All(Isclose(a)[0])}; }

Values NanToNum(OpArguments& a) {
  const auto limit = [&](std::string_view name) {
    return a.Has(name) ? std::optional<double>(a.Number(name)) : std::nullopt;
  };
  return {ops::NanToNum(a.Tensor("x"), a.Number("nan", 0), limit("posinf"), limit("neginf"))};
}

// The choice of the first condition that holds, else the default.
Values Select(OpArguments& a) {
  const Values conditions = a.Tensors("condlist");
  const Values choices = a.Tensors("choicelist");
  if (conditions.size() != choices.size() || !a.builder().ok()) {
    return {
        a.Error(InvalidArgument("select: expected as many choices as conditions, received {} "
                                "and {}",
                                choices.size(), conditions.size()))};
  }
  ops::Arg chosen = a.Has("default") ? a.TensorOrNumber("default") : ops::Arg(0);
  for (size_t i = conditions.size(); i-- > 0;) {
    chosen = ops::Where(conditions[i], choices[i], chosen);
  }
  return {chosen.value()};
}

Values View(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Bitcast(x, a.Dtype("dtype", x.dtype()))};
}

Values StopGradient(OpArguments& a) { return {ops::StopGradient(a.Tensor("variable"))}; }

}  // namespace

std::vector<OpEntry> ElementwiseOps() {
  return {
      {"abs absolute", "Absolute", "numpy", "x", Unary<ops::Absolute>},
      {"angle", "Angle", "numpy", "x", Unary<ops::Angle>},
      {"arccos", "Arccos", "numpy", "x", Unary<ops::Arccos>},
      {"arccosh", "Arccosh", "numpy", "x", Unary<ops::Arccosh>},
      {"arcsin", "Arcsin", "numpy", "x", Unary<ops::Arcsin>},
      {"arcsinh", "Arcsinh", "numpy", "x", Unary<ops::Arcsinh>},
      {"arctan", "Arctan", "numpy", "x", Unary<ops::Arctan>},
      {"arctanh", "Arctanh", "numpy", "x", Unary<ops::Arctanh>},
      {"bitwise_invert", "BitwiseInvert", "numpy", "x", Unary<ops::BitwiseNot>},
      {"bitwise_not", "BitwiseNot", "numpy", "x", Unary<ops::BitwiseNot>},
      {"cbrt", "Cbrt", "numpy", "x", Unary<ops::Cbrt>},
      {"cast", "Cast", "core", "x dtype", CastTo},
      {"ceil", "Ceil", "numpy", "x", Unary<ops::Ceil>},
      {"clip", "Clip", "numpy", "x x_min x_max", Clip},
      {"conj conjugate", "Conjugate", "numpy", "x", Itself},
      {"copy", "Copy", "numpy", "x", Itself},
      {"cos", "Cos", "numpy", "x", Unary<ops::Cos>},
      {"cosh", "Cosh", "numpy", "x", Unary<ops::Cosh>},
      {"deg2rad", "Deg2rad", "numpy", "x", Unary<ops::Deg2rad>},
      {"erf", "Erf", "math", "x", Unary<ops::Erf>},
      {"exp", "Exp", "numpy", "x", Unary<ops::Exp>},
      {"exp2", "Exp2", "numpy", "x", Unary<ops::Exp2>},
      {"expm1", "Expm1", "numpy", "x", Unary<ops::Expm1>},
      {"fabs", "Fabs", "numpy", "x", Unary<ops::Absolute>},
      {"floor", "Floor", "numpy", "x", Unary<ops::Floor>},
      {"imag", "Imag", "numpy", "x", Imag},
      {"isfinite", "Isfinite", "numpy", "x", Unary<ops::Isfinite>},
      {"isinf", "Isinf", "numpy", "x", Unary<ops::Isinf>},
      {"isnan", "Isnan", "numpy", "x", Unary<ops::Isnan>},
      {"isneginf", "Isneginf", "numpy", "x", Unary<ops::Isneginf>},
      {"isposinf", "Isposinf", "numpy", "x", Unary<ops::Isposinf>},
      {"isreal", "Isreal", "numpy", "x", Isreal},
      {"log", "Log", "numpy", "x", Unary<ops::Log>},
      {"log10", "Log10", "numpy", "x", Unary<ops::Log10>},
      {"log1p", "Log1p", "numpy", "x", Unary<ops::Log1p>},
      {"log2", "Log2", "numpy", "x", Unary<ops::Log2>},
      {"logical_not", "LogicalNot", "numpy", "x", Unary<ops::LogicalNot>},
      {"nan_to_num", "NanToNum", "numpy", "x nan posinf neginf", NanToNum},
      {"negative", "Negative", "numpy", "x", Unary<ops::Negative>},
      {"rad2deg", "Rad2deg", "numpy", "x", Unary<ops::Rad2deg>},
      {"real", "Real", "numpy", "x", Itself},
      {"reciprocal", "Reciprocal", "numpy", "x", Unary<ops::Reciprocal>},
      {"round", "Round", "numpy", "x decimals", Round},
      {"rsqrt", "Rsqrt", "math", "x", Unary<ops::Rsqrt>},
      {"sign", "Sign", "numpy", "x", Unary<ops::Sign>},
      {"signbit", "Signbit", "numpy", "x", Unary<ops::Signbit>},
      {"sin", "Sin", "numpy", "x", Unary<ops::Sin>},
      {"sinc", "Sinc", "numpy", "x", Unary<ops::Sinc>},
      {"sinh", "Sinh", "numpy", "x", Unary<ops::Sinh>},
      {"sqrt", "Sqrt", "numpy", "x", Unary<ops::Sqrt>},
      {"square", "Square", "numpy", "x", Unary<ops::Square>},
      {"stop_gradient", "StopGradient", "core", "variable", StopGradient},
      {"tan", "Tan", "numpy", "x", Unary<ops::Tan>},
      {"tanh", "Tanh", "numpy", "x", Unary<ops::Tanh>},
      {"trunc", "Trunc", "numpy", "x", Unary<ops::Trunc>},
      {"view", "View", "numpy", "x dtype", View},

      {"add", "Add", "numpy", "x1 x2", Binary<ops::Add>},
      {"allclose", "AllClose", "numpy", "x1 x2 rtol atol equal_nan", Allclose},
      {"arctan2", "Arctan2", "numpy", "x1 x2", Binary<ops::Arctan2>},
      {"bitwise_and", "BitwiseAnd", "numpy", "x y", BinaryXY<ops::BitwiseAnd>},
      {"bitwise_left_shift", "BitwiseLeftShift", "numpy", "x y", BinaryXY<ops::LeftShift>},
      {"bitwise_or", "BitwiseOr", "numpy", "x y", BinaryXY<ops::BitwiseOr>},
      {"bitwise_right_shift", "BitwiseRightShift", "numpy", "x y", BinaryXY<ops::RightShift>},
      {"bitwise_xor", "BitwiseXor", "numpy", "x y", BinaryXY<ops::BitwiseXor>},
      {"divide", "Divide", "numpy", "x1 x2", Binary<ops::Divide>},
      {"divide_no_nan", "DivideNoNan", "numpy", "x1 x2", Binary<ops::DivideNoNan>},
      {"equal", "Equal", "numpy", "x1 x2", Binary<ops::Equal>},
      {"floor_divide", "FloorDivide", "numpy", "x1 x2", Binary<ops::FloorDivide>},
      {"fmax", "Fmax", "numpy", "x1 x2", Binary<ops::Fmax>},
      {"fmin", "Fmin", "numpy", "x1 x2", Binary<ops::Fmin>},
      {"fmod", "Fmod", "numpy", "x1 x2", Binary<ops::Fmod>},
      {"gcd", "Gcd", "numpy", "x1 x2", Binary<ops::Gcd>},
      {"greater", "Greater", "numpy", "x1 x2", Binary<ops::Greater>},
      {"greater_equal", "GreaterEqual", "numpy", "x1 x2", Binary<ops::GreaterEqual>},
      {"heaviside", "Heaviside", "numpy", "x1 x2", Binary<ops::Heaviside>},
      {"hypot", "Hypot", "numpy", "x1 x2", Binary<ops::Hypot>},
      {"isclose", "Isclose", "numpy", "x1 x2 rtol atol equal_nan", Isclose},
      {"lcm", "Lcm", "numpy", "x1 x2", Binary<ops::Lcm>},
      {"ldexp", "Ldexp", "numpy", "x1 x2", Ldexp},
      {"left_shift", "LeftShift", "numpy", "x y", BinaryXY<ops::LeftShift>},
      {"less", "Less", "numpy", "x1 x2", Binary<ops::Less>},
      {"less_equal", "LessEqual", "numpy", "x1 x2", Binary<ops::LessEqual>},
      {"logaddexp", "Logaddexp", "numpy", "x1 x2", Binary<ops::Logaddexp>},
      {"logaddexp2", "Logaddexp2", "numpy", "x1 x2", Binary<ops::Logaddexp2>},
      {"logical_and", "LogicalAnd", "numpy", "x1 x2", Binary<ops::LogicalAnd>},
      {"logical_or", "LogicalOr", "numpy", "x1 x2", Binary<ops::LogicalOr>},
      {"logical_xor", "LogicalXor", "numpy", "x1 x2", Binary<ops::LogicalXor>},
      {"maximum", "Maximum", "numpy", "x1 x2", Binary<ops::Maximum>},
      {"minimum", "Minimum", "numpy", "x1 x2", Binary<ops::Minimum>},
      {"mod", "Mod", "numpy", "x1 x2", Binary<ops::Mod>},
      {"multiply", "Multiply", "numpy", "x1 x2", Binary<ops::Multiply>},
      {"nextafter", "Nextafter", "numpy", "x1 x2", Binary<ops::Nextafter>},
      {"not_equal", "NotEqual", "numpy", "x1 x2", Binary<ops::NotEqual>},
      {"power", "Power", "numpy", "x1 x2", Binary<ops::Power>},
      {"right_shift", "RightShift", "numpy", "x y", BinaryXY<ops::RightShift>},
      {"select", "Select", "numpy", "condlist choicelist default", Select},
      {"subtract", "Subtract", "numpy", "x1 x2", Binary<ops::Subtract>},
      {"true_divide", "TrueDivide", "numpy", "x1 x2", Binary<ops::Divide>},
  };
}

}  // namespace tricorn::keras
