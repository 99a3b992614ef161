#include "core/keras/activations/table.h"

#include <optional>

#include "core/base/json_fields.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"

namespace tricorn::keras {
namespace {

struct None {
  NO_FIELDS()
};
struct Alpha {
  double alpha = 1.0;
  FIELDS(alpha)
};
struct Approximate {
  bool approximate = false;
  FIELDS(approximate)
};
struct Axis {
  int64_t axis = -1;
  FIELDS(axis)
};
struct B {
  double b = 4;
  FIELDS(b)
};
struct NegativeSlope {
  double negative_slope = 0.2;
  FIELDS(negative_slope)
};
struct ReluArguments {
  double negative_slope = 0.0;
  std::optional<double> max_value = std::nullopt;
  double threshold = 0.0;
  FIELDS(negative_slope, max_value, threshold)
};
struct ShrinkThreshold {
  double threshold = 0.5;
  FIELDS(threshold)
};
struct ThresholdArguments {
  double threshold = 0;
  double default_value = 0;
  FIELDS(threshold, default_value)
};

// f as a function of a value and the arguments A.
template <typename A, auto f>
absl::StatusOr<ir::Value> With(ir::Value x, const Json& arguments) {
  A a;
  RETURN_IF_ERROR(FromJson(arguments, &a));
  return f(x, a);
}
template <ir::Value (*f)(ir::Value)>
absl::StatusOr<ir::Value> Plain(ir::Value x, const Json& arguments) {
  return With<None, [](ir::Value v, const None&) { return f(v); }>(x, arguments);
}

ir::Value Linear(ir::Value x) { return x; }

}  // namespace

const std::map<std::string_view, ActivationFunction>& ActivationTable() {
  using ir::Value;
  static const std::map<std::string_view, ActivationFunction> table = {
      {"celu", With<Alpha, [](Value x, const Alpha& a) { return ops::Celu(x, a.alpha); }>},
      {"elu", With<Alpha, [](Value x, const Alpha& a) { return ops::Elu(x, a.alpha); }>},
      {"exponential", Plain<ops::Exp>},
      {"gelu", With<Approximate,
                    [](Value x, const Approximate& a) { return ops::Gelu(x, a.approximate); }>},
      {"glu", With<Axis, [](Value x, const Axis& a) { return ops::Glu(x, a.axis); }>},
      {"hard_shrink",
       With<ShrinkThreshold,
            [](Value x, const ShrinkThreshold& a) { return ops::HardShrink(x, a.threshold); }>},
      {"hard_sigmoid", Plain<ops::HardSigmoid>},
      {"hard_silu", Plain<ops::HardSilu>},
      {"hard_swish", Plain<ops::HardSilu>},
      {"hard_tanh", Plain<ops::HardTanh>},
      {"leaky_relu",
       With<NegativeSlope,
            [](Value x, const NegativeSlope& a) { return ops::LeakyRelu(x, a.negative_slope); }>},
      {"linear", Plain<Linear>},
      {"log_sigmoid", Plain<ops::LogSigmoid>},
      {"log_softmax",
       With<Axis, [](Value x, const Axis& a) { return ops::LogSoftmax(x, a.axis); }>},
      {"mish", Plain<ops::Mish>},
      {"relu", With<ReluArguments,
                    [](Value x, const ReluArguments& a) {
                      return ops::Relu(x, a.negative_slope, a.max_value, a.threshold);
                    }>},
      {"relu6", Plain<ops::Relu6>},
      {"selu", Plain<ops::Selu>},
      {"sigmoid", Plain<ops::Sigmoid>},
      {"silu", Plain<ops::Silu>},
      {"soft_shrink",
       With<ShrinkThreshold,
            [](Value x, const ShrinkThreshold& a) { return ops::SoftShrink(x, a.threshold); }>},
      {"softmax", With<Axis, [](Value x, const Axis& a) { return ops::Softmax(x, a.axis); }>},
      {"softplus", Plain<ops::Softplus>},
      {"softsign", Plain<ops::Softsign>},
      {"sparse_plus", Plain<ops::SparsePlus>},
      {"sparse_sigmoid", Plain<ops::SparseSigmoid>},
      {"sparsemax", With<Axis, [](Value x, const Axis& a) { return ops::Sparsemax(x, a.axis); }>},
      {"squareplus", With<B, [](Value x, const B& a) { return ops::Squareplus(x, a.b); }>},
      {"swish", Plain<ops::Silu>},
      {"tanh", Plain<ops::Tanh>},
      {"tanh_shrink", Plain<ops::TanhShrink>},
      {"threshold", With<ThresholdArguments,
                         [](Value x, const ThresholdArguments& a) {
                           return ops::Threshold(x, a.threshold, a.default_value);
                         }>},
  };
  return table;
}

}  // namespace tricorn::keras
