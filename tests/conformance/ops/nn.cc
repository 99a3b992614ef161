#include "core/ops/nn/nn.h"
#include "core/base/status.h"
#include "core/ops/conv/conv.h"
#include "core/ops/pool/pool.h"
#include "tests/conformance/ops/forms.h"
#include "tests/conformance/ops/op_table.h"

namespace tricorn::conformance {
namespace {

using ir::Value;
using ir::Values;
using A = OpArguments;

template <Value (*F)(Value, int64_t)>
Values AlongLast(A& a) {
  const Value x = a.Array(0, "x");
  return {F(x, a.Int(1, "axis", -1))};
}
// F(x, number), the number called Name.
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
template <Value (*F)(Value, double), typename Parameter>
Values WithNumber(A& a) {
  const Value x = a.Array(0, "x");
  return {F(x, a.Number(1, Parameter::kName, Parameter::kDefault))};
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
Windows ResolveWindows(A& a, const Value& x, const ops::Axes& window, const ops::Axes& strides,
                       const ops::Axes& dilation, const std::string& padding) {
  if (padding != "valid" && padding != "same") a.SetError(Unimplemented("padding {}", padding));
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

Values Conv(A& a) {
  const Value x = a.Array(0, "inputs");
  const Value kernel = a.Array(1, "kernel");
  const auto spatial = static_cast<size_t>(x.rank() - 2);
  const ops::Axes window(kernel.shape().begin(), kernel.shape().begin() + x.rank() - 2);
  const ops::Axes strides = PerAxis(a.Ints(2, "strides"), spatial, 1);
  const ops::Axes dilation = PerAxis(a.Ints(5, "dilation_rate"), spatial, 1);
  const Windows w = ResolveWindows(a, x, window, strides, dilation, a.Text(3, "padding", "valid"));
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
Pooling PoolingArguments(A& a) {
  const Value x = a.Array(0, "inputs");
  const auto spatial = static_cast<size_t>(x.rank() - 2);
  const ops::Axes window = PerAxis(a.Ints(1, "pool_size"), spatial, 1);
  ops::Axes strides = a.Ints(2, "strides");
  strides = strides.empty() ? window : PerAxis(strides, spatial, 1);
  const ops::Axes dilation(spatial, 1);
  return {x, window,
          ResolveWindows(a, x, window, strides, dilation, a.Text(3, "padding", "valid"))};
}

}  // namespace

const std::map<std::string_view, OpFunction>& NnOps() {
  static const std::map<std::string_view, OpFunction> table = {
      {"hard_sigmoid", Unary<ops::HardSigmoid>},
      {"hard_silu", Unary<ops::HardSilu>},
      {"hard_swish", Unary<ops::HardSilu>},
      {"hard_tanh", Unary<ops::HardTanh>},
      {"log_sigmoid", Unary<ops::LogSigmoid>},
      {"relu", Unary<static_cast<Value (*)(Value)>(ops::Relu)>},
      {"relu6", Unary<ops::Relu6>},
      {"selu", Unary<ops::Selu>},
      {"silu", Unary<ops::Silu>},
      {"softplus", Unary<ops::Softplus>},
      {"softsign", Unary<ops::Softsign>},
      {"sparse_plus", Unary<ops::SparsePlus>},
      {"sparse_sigmoid", Unary<ops::SparseSigmoid>},
      {"swish", Unary<ops::Silu>},
      {"tanh_shrink", Unary<ops::TanhShrink>},

      {"celu", WithNumber<ops::Celu, Alpha>},
      {"elu", WithNumber<ops::Elu, Alpha>},
      {"hard_shrink", WithNumber<ops::HardShrink, HalfThreshold>},
      {"leaky_relu", WithNumber<ops::LeakyRelu, NegativeSlope>},
      {"soft_shrink", WithNumber<ops::SoftShrink, HalfThreshold>},
      {"squareplus", WithNumber<ops::Squareplus, SquareplusB>},

      {"glu", AlongLast<ops::Glu>},
      {"log_softmax", AlongLast<ops::LogSoftmax>},
      {"softmax", AlongLast<ops::Softmax>},
      {"sparsemax", AlongLast<ops::Sparsemax>},

      {"gelu",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Gelu(x, a.Flag(1, "approximate", true))};
       }},
      {"threshold",
       [](A& a) -> Values {
         const Value x = a.Array(0, "x");
         return {ops::Threshold(x, a.Number(1, "threshold", 0), a.Number(2, "default_value", 0))};
       }},
      {"binary_crossentropy",
       [](A& a) -> Values {
         const Value target = a.Array(0, "target");
         const Value output = a.Array(1, "output");
         return {ops::BinaryCrossentropy(target, output, a.Flag(2, "from_logits", false))};
       }},
      {"categorical_crossentropy",
       [](A& a) -> Values {
         const Value target = a.Array(0, "target");
         const Value output = a.Array(1, "output");
         return {ops::CategoricalCrossentropy(target, output, a.Flag(2, "from_logits", false),
                                              a.Int(3, "axis", -1))};
       }},
      {"sparse_categorical_crossentropy",
       [](A& a) -> Values {
         const Value target = a.Array(0, "target");
         const Value output = a.Array(1, "output");
         return {ops::SparseCategoricalCrossentropy(target, output, a.Flag(2, "from_logits", false),
                                                    a.Int(3, "axis", -1))};
       }},
      {"conv", Conv},
      {"average_pool",
       [](A& a) -> Values {
         const Pooling p = PoolingArguments(a);
         return {ops::AvgPool(p.x, {.window = p.window,
                                    .strides = p.windows.strides,
                                    .padding_low = p.windows.low,
                                    .padding_high = p.windows.high})};
       }},
      {"max_pool",
       [](A& a) -> Values {
         const Pooling p = PoolingArguments(a);
         return {ops::MaxPool(p.x, {.window = p.window,
                                    .strides = p.windows.strides,
                                    .padding_low = p.windows.low,
                                    .padding_high = p.windows.high})};
       }},
  };
  return table;
}

}  // namespace tricorn::conformance
