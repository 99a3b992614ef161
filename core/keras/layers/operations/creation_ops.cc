#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

template <int value>
Values Constant(OpArguments& a) {
  return {ops::Full(a.builder(), {a.Dtype("dtype", DType::kF32), a.ShapeOf("shape")}, value)};
}

template <int value>
Values Like(OpArguments& a) {
  const Value x = a.Tensor("x");
  return {ops::Full(a.builder(), {a.Dtype("dtype", x.dtype()), x.shape()}, value)};
}

Values Full(OpArguments& a) {
  const Value value = a.Tensor("fill_value");
  const Value cast = ops::Cast(value, a.Dtype("dtype", DType::kF32));
  return {ops::BroadcastTo(cast, a.ShapeOf("shape"))};
}

Values FullLike(OpArguments& a) {
  const Value x = a.Tensor("x");
  const Value value = ops::Cast(a.Tensor("fill_value"), a.Dtype("dtype", x.dtype()));
  return {ops::BroadcastTo(value, x.shape())};
}

}  // namespace

std::vector<OpEntry> CreationOps() {
  return {
      {"full", "Full", "numpy", "shape fill_value dtype", Full},
      {"full_like", "FullLike", "numpy", "x fill_value dtype", FullLike},
      {"ones", "", "numpy", "shape dtype", Constant<1>},
      {"ones_like", "OnesLike", "numpy", "x dtype", Like<1>},
      {"zeros", "", "numpy", "shape dtype", Constant<0>},
      {"zeros_like", "ZerosLike", "numpy", "x dtype", Like<0>},
  };
}

}  // namespace tricorn::keras
