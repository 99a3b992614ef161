#include "core/ops/nn/nn.h"

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/conv/conv.h"
#include "core/ops/gather/gather.h"
#include "core/ops/pool/pool.h"

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

// One entry a spatial axis.
ops::Axes PerAxis(ops::Axes values, size_t count, int64_t otherwise) {
  if (values.empty()) values = {otherwise};
  if (values.size() == 1) values.resize(count, values[0]);
  return values;
}

struct Windows {
  ops::Axes strides, low, high, dilation;
};
Windows ResolveWindows(OpArguments& a, const Value& x, const ops::Axes& window,
                       const ops::Axes& strides, const ops::Axes& dilation) {
  const std::string padding = a.Text("padding", "valid");
  if (padding != "valid" && padding != "same") {
    a.Error(InvalidArgument("padding: expected 'valid' or 'same', received '{}'", padding));
  }
  if (a.Has("data_format") && a.Text("data_format", "") != "channels_last") {
    a.Error(Unimplemented("data_format: expected channels_last, received {}",
                          a.Text("data_format", "")));
  }
  const auto kind = padding == "same" ? ops::Padding::kSame : ops::Padding::kValid;
  Windows windows{.strides = strides, .low = {}, .high = {}, .dilation = dilation};
  for (size_t i = 0; i < window.size(); ++i) {
    const ops::AxisPadding axis = ops::ResolvePadding(kind, x.dim(static_cast<int>(i) + 1),
                                                      window[i], strides[i], dilation[i]);
    windows.low.push_back(axis.low);
    windows.high.push_back(axis.high);
  }
  return windows;
}

Values Conv(OpArguments& a) {
  const Value x = a.Tensor("inputs");
  const Value kernel = a.Tensor("kernel");
  if (x.rank() < 3 || kernel.rank() != x.rank()) {
    return {
        a.Error(InvalidArgument("conv: expected a kernel of the rank of inputs, received {} "
                                "and {}",
                                kernel.type().ToString(), x.type().ToString()))};
  }
  const auto spatial = static_cast<size_t>(x.rank() - 2);
  const ops::Axes window(kernel.shape().begin(), kernel.shape().begin() + x.rank() - 2);
  const ops::Axes strides = PerAxis(a.Ints("strides"), spatial, 1);
  const ops::Axes dilation = PerAxis(a.Ints("dilation_rate"), spatial, 1);
  const Windows w = ResolveWindows(a, x, window, strides, dilation);
  return {ops::Conv(x, kernel,
                    {.strides = w.strides,
                     .padding_low = w.low,
                     .padding_high = w.high,
                     .dilation = w.dilation,
                     .groups = x.dim(-1) / kernel.dim(-2)})};
}

struct Pooling {
  Value x;
  ops::Axes window;
  Windows windows;
};
Pooling PoolingArguments(OpArguments& a) {
  const Value x = a.Tensor("inputs");
  const auto spatial = static_cast<size_t>(std::max(x.rank() - 2, 0));
  const ops::Axes window = PerAxis(a.Ints("pool_size"), spatial, 1);
  ops::Axes strides = a.Ints("strides");
  strides = strides.empty() ? window : PerAxis(strides, spatial, 1);
  return {x, window, ResolveWindows(a, x, window, strides, ops::Axes(spatial, 1))};
}

Values AveragePool(OpArguments& a) {
  const Pooling p = PoolingArguments(a);
  return {ops::AvgPool(p.x, {.window = p.window,
                             .strides = p.windows.strides,
                             .padding_low = p.windows.low,
                             .padding_high = p.windows.high})};
}

Values MaxPool(OpArguments& a) {
  const Pooling p = PoolingArguments(a);
  return {ops::MaxPool(p.x, {.window = p.window,
                             .strides = p.windows.strides,
                             .padding_low = p.windows.low,
                             .padding_high = p.windows.high})};
}

Values Gelu(OpArguments& a) { return {ops::Gelu(a.Tensor("x"), a.Flag("approximate", true))}; }

Values Threshold(OpArguments& a) {
  return {ops::Threshold(a.Tensor("x"), a.Number("threshold"), a.Number("default_value"))};
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
  constexpr std::string_view kPooling = "inputs pool_size strides padding data_format";
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
      {"log_softmax", "LogSoftmax", "nn", "x axis", AlongAxis<ops::LogSoftmax>},
      {"softmax", "Softmax", "nn", "x axis", AlongAxis<ops::Softmax>},
      {"sparsemax", "Sparsemax", "nn", "x axis", AlongAxis<ops::Sparsemax>},
      {"one_hot", "OneHot", "nn", "x num_classes axis dtype sparse", OneHot},

      {"binary_crossentropy", "BinaryCrossentropy", "nn", "target output from_logits",
       BinaryCrossentropy},
      {"categorical_crossentropy", "CategoricalCrossentropy", "nn", kCrossentropy,
       Crossentropy<ops::CategoricalCrossentropy>},
      {"sparse_categorical_crossentropy", "SparseCategoricalCrossentropy", "nn", kCrossentropy,
       Crossentropy<ops::SparseCategoricalCrossentropy>},

      {"average_pool", "AveragePool", "nn", kPooling, AveragePool},
      {"conv", "Conv", "nn", "inputs kernel strides padding data_format dilation_rate", Conv},
      {"max_pool", "MaxPool", "nn", kPooling, MaxPool},
  };
}

}  // namespace tricorn::keras
