#include "core/ops/nn/nn.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// f(x, number), the number called Name.
struct Alpha {
  static constexpr std::string_view kName = "alpha";
  static constexpr double kDefault = 1;
};
struct NegativeSlope {
  static constexpr std::string_view kName = "negative_slope";
  static constexpr double kDefault = 0.2;
};
struct HalfThreshold {
  static constexpr std::string_view kName = "threshold";
  static constexpr double kDefault = 0.5;
};
struct SquareplusB {
  static constexpr std::string_view kName = "b";
  static constexpr double kDefault = 4;
};
template <Value (*f)(Value, double), typename Parameter>
Values WithNumber(OpArguments& a) {
  return {f(a.Tensor("x"), a.Number(Parameter::kName, Parameter::kDefault))};
}

Values Gelu(OpArguments& a) { return {ops::Gelu(a.Tensor("x"), a.Flag("approximate", true))}; }

Values Threshold(OpArguments& a) {
  return {ops::Threshold(a.Tensor("x"), a.Number("threshold"), a.Number("default_value"))};
}

// Along one axis, or over several.
Values LogSoftmax(OpArguments& a) {
  const Value x = a.Tensor("x");
  if (!a.IsList("axis")) return {ops::LogSoftmax(x, a.Int("axis", -1))};
  return {x - ops::LogSumExp(x, a.Ints("axis"), true)};
}
Values Softmax(OpArguments& a) {
  if (!a.IsList("axis")) return {ops::Softmax(a.Tensor("x"), a.Int("axis", -1))};
  return {ops::Exp(LogSoftmax(a)[0])};
}

Values MultiHot(OpArguments& a) {
  if (a.Flag("sparse", false)) {
    return {a.Error(Unimplemented("multi_hot: expected sparse=False, received True"))};
  }
  return {ops::MultiHot(a.Tensor("inputs"), a.Int("num_classes"), a.Int("axis", -1),
                        a.Dtype("dtype", DType::kF32))};
}

Values Polar(OpArguments& a) { return {ops::Polar(a.Tensor("abs_"), a.Tensor("angle"))}; }

Values Psnr(OpArguments& a) {
  return {ops::Psnr(a.Tensor("x1"), a.Tensor("x2"), a.Number("max_val"))};
}

Values OneHot(OpArguments& a) {
  if (a.Flag("sparse", false)) {
    return {a.Error(Unimplemented("one_hot: expected sparse=False, received True"))};
  }
  return {ops::OneHot(a.Tensor("x"), a.Int("num_classes"), a.Int("axis", -1),
                      a.Dtype("dtype", DType::kF32))};
}

Values BinaryCrossentropy(OpArguments& a) {
  return {ops::BinaryCrossentropy(a.Tensor("target"), a.Tensor("output"),
                                  a.Flag("from_logits", false))};
}

template <Value (*f)(Value, Value, bool, int64_t)>
Values Crossentropy(OpArguments& a) {
  return {
      f(a.Tensor("target"), a.Tensor("output"), a.Flag("from_logits", false), a.Int("axis", -1))};
}

}  // namespace

std::vector<OpEntry> NnOps() {
  constexpr std::string_view kCrossentropy = "target output from_logits axis";
  return {
      {"hard_sigmoid", "HardSigmoid", "nn", "x", Unary<ops::HardSigmoid>},
      {"hard_silu hard_swish", "HardSilu", "nn", "x", Unary<ops::HardSilu>},
      {"hard_tanh", "HardTanh", "nn", "x", Unary<ops::HardTanh>},
      {"log_sigmoid", "LogSigmoid", "nn", "x", Unary<ops::LogSigmoid>},
      {"relu", "Relu", "nn", "x", Unary<ops::Relu>},
      {"relu6", "Relu6", "nn", "x", Unary<ops::Relu6>},
      {"selu", "Selu", "nn", "x", Unary<ops::Selu>},
      {"sigmoid", "Sigmoid", "nn", "x", Unary<ops::Sigmoid>},
      {"silu swish", "Silu", "nn", "x", Unary<ops::Silu>},
      {"softplus", "Softplus", "nn", "x", Unary<ops::Softplus>},
      {"softsign", "Softsign", "nn", "x", Unary<ops::Softsign>},
      {"sparse_plus", "SparsePlus", "nn", "x", Unary<ops::SparsePlus>},
      {"sparse_sigmoid", "SparseSigmoid", "nn", "x", Unary<ops::SparseSigmoid>},
      {"tanh_shrink", "TanhShrink", "nn", "x", Unary<ops::TanhShrink>},

      {"celu", "Celu", "nn", "x alpha", WithNumber<ops::Celu, Alpha>},
      {"elu", "Elu", "nn", "x alpha", WithNumber<ops::Elu, Alpha>},
      {"hard_shrink", "HardShrink", "nn", "x threshold",
       WithNumber<ops::HardShrink, HalfThreshold>},
      {"leaky_relu", "LeakyRelu", "nn", "x negative_slope",
       WithNumber<ops::LeakyRelu, NegativeSlope>},
      {"soft_shrink", "SoftShrink", "nn", "x threshold",
       WithNumber<ops::SoftShrink, HalfThreshold>},
      {"squareplus", "Squareplus", "nn", "x b", WithNumber<ops::Squareplus, SquareplusB>},
      {"gelu", "Gelu", "nn", "x approximate", Gelu},
      {"threshold", "Threshold", "nn", "x threshold default_value", Threshold},

      {"glu", "Glu", "nn", "x axis", AlongAxis<ops::Glu>},
      {"log_softmax", "LogSoftmax", "nn", "x axis", LogSoftmax},
      {"softmax", "Softmax", "nn", "x axis", Softmax},
      {"sparsemax", "Sparsemax", "nn", "x axis", AlongAxis<ops::Sparsemax>},
      {"one_hot", "OneHot", "nn", "x num_classes axis dtype sparse", OneHot},

      {"binary_crossentropy", "BinaryCrossentropy", "nn", "target output from_logits",
       BinaryCrossentropy},
      {"categorical_crossentropy", "CategoricalCrossentropy", "nn", kCrossentropy,
       Crossentropy<ops::CategoricalCrossentropy>},
      {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "nn", kCrossentropy,
       Crossentropy<ops::SparseCategoricalCrossentropy>},

      {"multi_hot", "MultiHot", "nn", "inputs num_classes axis dtype sparse", MultiHot},
      {"polar", "Polar", "nn", "abs_ angle", Polar},
      {"psnr", "PSNR", "nn", "x1 x2 max_val", Psnr},
  };
}

}  // namespace tricorn::keras
