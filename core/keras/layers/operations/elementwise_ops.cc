#include "core/ops/elementwise/elementwise.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

Values CastTo(OpArguments& a) { return {ops::Cast(a.Tensor("x"), a.Dtype("dtype", DType::kF32))}; }

Values Clip(OpArguments& a) {
  return {ops::Clip(a.Tensor("x"), a.TensorOrNumber("x_min"), a.TensorOrNumber("x_max"))};
}

Values StopGradient(OpArguments& a) { return {ops::StopGradient(a.Tensor("variable"))}; }

}  // namespace

std::vector<OpEntry> ElementwiseOps() {
  return {
      {"abs absolute", "Absolute", "numpy", "x", Unary<ops::Absolute>},
      {"arccos", "Arccos", "numpy", "x", Unary<ops::Arccos>},
      {"arccosh", "Arccosh", "numpy", "x", Unary<ops::Arccosh>},
      {"arcsin", "Arcsin", "numpy", "x", Unary<ops::Arcsin>},
      {"arcsinh", "Arcsinh", "numpy", "x", Unary<ops::Arcsinh>},
      {"arctan", "Arctan", "numpy", "x", Unary<ops::Arctan>},
      {"arctanh", "Arctanh", "numpy", "x", Unary<ops::Arctanh>},
      {"bitwise_invert", "BitwiseInvert", "numpy", "x", Unary<ops::BitwiseNot>},
      {"bitwise_not", "BitwiseNot", "numpy", "x", Unary<ops::BitwiseNot>},
      {"cast", "Cast", "core", "x dtype", CastTo},
      {"ceil", "Ceil", "numpy", "x", Unary<ops::Ceil>},
      {"clip", "Clip", "numpy", "x x_min x_max", Clip},
      {"cos", "Cos", "numpy", "x", Unary<ops::Cos>},
      {"cosh", "Cosh", "numpy", "x", Unary<ops::Cosh>},
      {"erf", "Erf", "math", "x", Unary<ops::Erf>},
      {"exp", "Exp", "numpy", "x", Unary<ops::Exp>},
      {"expm1", "Expm1", "numpy", "x", Unary<ops::Expm1>},
      {"fabs", "Fabs", "numpy", "x", Unary<ops::Absolute>},
      {"floor", "Floor", "numpy", "x", Unary<ops::Floor>},
      {"isfinite", "Isfinite", "numpy", "x", Unary<ops::Isfinite>},
      {"isinf", "Isinf", "numpy", "x", Unary<ops::Isinf>},
      {"isnan", "Isnan", "numpy", "x", Unary<ops::Isnan>},
      {"log", "Log", "numpy", "x", Unary<ops::Log>},
      {"log1p", "Log1p", "numpy", "x", Unary<ops::Log1p>},
      {"logical_not", "LogicalNot", "numpy", "x", Unary<ops::LogicalNot>},
      {"negative", "Negative", "numpy", "x", Unary<ops::Negative>},
      {"reciprocal", "Reciprocal", "numpy", "x", Unary<ops::Reciprocal>},
      {"round", "Round", "numpy", "x", Unary<ops::Round>},
      {"rsqrt", "Rsqrt", "math", "x", Unary<ops::Rsqrt>},
      {"sign", "Sign", "numpy", "x", Unary<ops::Sign>},
      {"sin", "Sin", "numpy", "x", Unary<ops::Sin>},
      {"sinh", "Sinh", "numpy", "x", Unary<ops::Sinh>},
      {"sqrt", "Sqrt", "numpy", "x", Unary<ops::Sqrt>},
      {"square", "Square", "numpy", "x", Unary<ops::Square>},
      {"stop_gradient", "StopGradient", "core", "variable", StopGradient},
      {"tan", "Tan", "numpy", "x", Unary<ops::Tan>},
      {"tanh", "Tanh", "numpy", "x", Unary<ops::Tanh>},
      {"trunc", "Trunc", "numpy", "x", Unary<ops::Trunc>},

      {"add", "Add", "numpy", "x1 x2", Binary<ops::Add>},
      {"arctan2", "Arctan2", "numpy", "x1 x2", Binary<ops::Arctan2>},
      {"bitwise_and", "BitwiseAnd", "numpy", "x y", BinaryXY<ops::BitwiseAnd>},
      {"bitwise_left_shift", "BitwiseLeftShift", "numpy", "x y", BinaryXY<ops::LeftShift>},
      {"bitwise_or", "BitwiseOr", "numpy", "x y", BinaryXY<ops::BitwiseOr>},
      {"bitwise_right_shift", "BitwiseRightShift", "numpy", "x y", BinaryXY<ops::RightShift>},
      {"bitwise_xor", "BitwiseXor", "numpy", "x y", BinaryXY<ops::BitwiseXor>},
      {"divide", "Divide", "numpy", "x1 x2", Binary<ops::Divide>},
      {"equal", "Equal", "numpy", "x1 x2", Binary<ops::Equal>},
      {"floor_divide", "FloorDivide", "numpy", "x1 x2", Binary<ops::FloorDivide>},
      {"greater", "Greater", "numpy", "x1 x2", Binary<ops::Greater>},
      {"greater_equal", "GreaterEqual", "numpy", "x1 x2", Binary<ops::GreaterEqual>},
      {"left_shift", "LeftShift", "numpy", "x y", BinaryXY<ops::LeftShift>},
      {"less", "Less", "numpy", "x1 x2", Binary<ops::Less>},
      {"less_equal", "LessEqual", "numpy", "x1 x2", Binary<ops::LessEqual>},
      {"logical_and", "LogicalAnd", "numpy", "x1 x2", Binary<ops::LogicalAnd>},
      {"logical_or", "LogicalOr", "numpy", "x1 x2", Binary<ops::LogicalOr>},
      {"logical_xor", "LogicalXor", "numpy", "x1 x2", Binary<ops::LogicalXor>},
      {"maximum", "Maximum", "numpy", "x1 x2", Binary<ops::Maximum>},
      {"minimum", "Minimum", "numpy", "x1 x2", Binary<ops::Minimum>},
      {"mod", "Mod", "numpy", "x1 x2", Binary<ops::Mod>},
      {"multiply", "Multiply", "numpy", "x1 x2", Binary<ops::Multiply>},
      {"not_equal", "NotEqual", "numpy", "x1 x2", Binary<ops::NotEqual>},
      {"power", "Power", "numpy", "x1 x2", Binary<ops::Power>},
      {"right_shift", "RightShift", "numpy", "x y", BinaryXY<ops::RightShift>},
      {"subtract", "Subtract", "numpy", "x1 x2", Binary<ops::Subtract>},
      {"true_divide", "TrueDivide", "numpy", "x1 x2", Binary<ops::Divide>},
  };
}

}  // namespace tricorn::keras
