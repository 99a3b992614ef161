#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/keras/settings/settings.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

// A tensor, or none.
Value Optional(OpArguments& a, std::string_view name) {
  return a.Has(name) ? a.Tensor(name) : Value();
}

ops::Axes AxesOr(OpArguments& a, ops::Axes otherwise) {
  return a.Has("axis") ? a.Ints("axis") : std::move(otherwise);
}

Values BatchNormalization(OpArguments& a) {
  return {ops::BatchNormInference(a.Tensor("x"), Optional(a, "scale"), Optional(a, "offset"),
                                  a.Tensor("mean"), a.Tensor("variance"), a.Int("axis"),
                                  a.Number("epsilon", 1e-3))};
}

Values LayerNormalization(OpArguments& a) {
  const Value x = a.Tensor("x");
  const ops::Axes axes = AxesOr(a, {-1});
  const double epsilon = a.Number("epsilon", Epsilon());
  if (!a.Flag("rms_scaling", false)) {
    return {ops::LayerNormalization(x, Optional(a, "gamma"), Optional(a, "beta"), axes, epsilon)};
  }
  // Of Keras's older versions: by the deviation from the mean, without taking that away.
  const Value y = x * ops::Rsqrt(ops::Variance(x, axes, true) + epsilon);
  return {a.Has("gamma") ? y * a.Tensor("gamma") : y};
}

Values RmsNormalization(OpArguments& a) {
  return {ops::RmsNormalization(a.Tensor("x"), Optional(a, "scale"), AxesOr(a, {-1}),
                                a.Number("epsilon", Epsilon()))};
}

Values Moments(OpArguments& a) {
  if (a.Flag("synchronized", false)) {
    return {a.Error(Unimplemented("moments: expected synchronized=False, received True"))};
  }
  const ops::MomentsResult moments =
      ops::Moments(a.Tensor("x"), a.Ints("axes"), a.Flag("keepdims", false));
  return {moments.mean, moments.variance};
}

Values Normalize(OpArguments& a) {
  return {ops::Normalize(a.Tensor("x"), AxesOr(a, {-1}), a.Int("order", 2),
                         a.Number("epsilon", Epsilon()))};
}

}  // namespace

std::vector<OpEntry> NormalizationOps() {
  return {
      {"batch_normalization", "BatchNorm", "nn", "x mean variance axis offset scale epsilon",
       BatchNormalization},
      {"layer_normalization", "LayerNorm", "nn", "x gamma beta axis epsilon rms_scaling",
       LayerNormalization},
      {"moments", "Moments", "nn", "x axes keepdims synchronized", Moments},
      {"normalize", "Normalize", "nn", "x axis order epsilon", Normalize},
      {"rms_normalization", "RMSNorm", "nn", "x scale axis epsilon", RmsNormalization},
  };
}

}  // namespace tricorn::keras
