#include "core/keras/layers/operations/op_call.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras {
namespace {

template <ir::Value (*f)(ir::Value)>
ir::Value Unary(const OpArguments& a) {
  return f(a.Tensor(0));
}

template <ir::Value (*f)(ops::Arg, ops::Arg)>
ir::Value Binary(const OpArguments& a) {
  const ops::Arg x = a.Number(0);
  const ops::Arg y = a.Number(1);
  if (x.is_number() && y.is_number()) {
    return a.Error(InvalidArgument("expected a tensor among the arguments, received two numbers"));
  }
  return f(x, y);
}

ir::Value CastTo(const OpArguments& a) {
  DType dtype = DType::kF32;
  const absl::Status status = FromJson(a.config("dtype"), &dtype);
  return status.ok() ? ops::Cast(a.Tensor(0), dtype) : a.Error(WithSubject(status, "dtype"));
}

// zeros_like and ones_like, of the config's dtype if it has one.
template <int value>
ir::Value Like(const OpArguments& a) {
  ir::Type type = a.Tensor(0).type();
  if (!a.config("dtype").is_null()) {
    const absl::Status status = FromJson(a.config("dtype"), &type.dtype);
    if (!status.ok()) return a.Error(WithSubject(status, "dtype"));
  }
  return ops::Full(a.builder(), type, value);
}

}  // namespace

std::vector<OpEntry> ElementwiseOps() {
  return {
      {"Absolute", "numpy", Unary<ops::Absolute>},
      {"Add", "numpy", Binary<ops::Add>},
      {"Cast", "core", CastTo},
      {"Ceil", "numpy", Unary<ops::Ceil>},
      {"Cos", "numpy", Unary<ops::Cos>},
      {"Divide", "numpy", Binary<ops::Divide>},
      {"Equal", "numpy", Binary<ops::Equal>},
      {"Erf", "math", Unary<ops::Erf>},
      {"Exp", "numpy", Unary<ops::Exp>},
      {"Expm1", "numpy", Unary<ops::Expm1>},
      {"Floor", "numpy", Unary<ops::Floor>},
      {"FloorDivide", "numpy", Binary<ops::FloorDivide>},
      {"Greater", "numpy", Binary<ops::Greater>},
      {"GreaterEqual", "numpy", Binary<ops::GreaterEqual>},
      {"Less", "numpy", Binary<ops::Less>},
      {"LessEqual", "numpy", Binary<ops::LessEqual>},
      {"Log", "numpy", Unary<ops::Log>},
      {"Log1p", "numpy", Unary<ops::Log1p>},
      {"LogicalAnd", "numpy", Binary<ops::LogicalAnd>},
      {"LogicalNot", "numpy", Unary<ops::LogicalNot>},
      {"LogicalOr", "numpy", Binary<ops::LogicalOr>},
      {"Maximum", "numpy", Binary<ops::Maximum>},
      {"Minimum", "numpy", Binary<ops::Minimum>},
      {"Mod", "numpy", Binary<ops::Mod>},
      {"Multiply", "numpy", Binary<ops::Multiply>},
      {"Negative", "numpy", Unary<ops::Negative>},
      {"NotEqual", "numpy", Binary<ops::NotEqual>},
      {"OnesLike", "numpy", Like<1>},
      {"Power", "numpy", Binary<ops::Power>},
      {"Reciprocal", "numpy", Unary<ops::Reciprocal>},
      {"Relu", "nn", Unary<ops::Relu>},
      {"Rsqrt", "math", Unary<ops::Rsqrt>},
      {"Sigmoid", "nn", Unary<ops::Sigmoid>},
      {"Sign", "numpy", Unary<ops::Sign>},
      {"Silu", "nn", Unary<ops::Silu>},
      {"Sin", "numpy", Unary<ops::Sin>},
      {"Softplus", "nn", Unary<ops::Softplus>},
      {"Sqrt", "numpy", Unary<ops::Sqrt>},
      {"Square", "numpy", Unary<ops::Square>},
      {"Subtract", "numpy", Binary<ops::Subtract>},
      {"Tanh", "numpy", Unary<ops::Tanh>},
      {"TrueDivide", "numpy", Binary<ops::Divide>},
      {"ZerosLike", "numpy", Like<0>},
  };
}

}  // namespace tricorn::keras
