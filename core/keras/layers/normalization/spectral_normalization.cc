#include "core/keras/layers/normalization/spectral_normalization.h"

#include "core/keras/initializers/random_initializers.h"
#include "core/keras/layers/input_checks.h"
#include "core/keras/serialization/config.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/quantize/quantize.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

ir::Value Normalized(ir::Value x) {
  constexpr double kEpsilon = 1e-7;
  return x * ops::Minimum(ops::Rsqrt(ops::Sum(ops::Square(x))), 1 / kEpsilon);
}

}  // namespace

absl::Status SpectralNormalization::BuildWith(const CallArguments<SymbolicType>& arguments) {
  RETURN_IF_ERROR(ExpectPositive("power_iterations", power_iterations_));
  RETURN_IF_ERROR(WithSubject(layer_->Build(arguments), layer_->DisplayName()));
  for (Variable* variable : layer_->own_variables()) {
    if (variable->name == "kernel" || variable->name == "embeddings") kernel_ = variable;
  }
  if (kernel_ == nullptr || kernel_->type.rank() == 0 || !IsFloating(kernel_->type.dtype)) {
    return InvalidArgument("layer: expected one with a floating kernel or embeddings, received {}",
                           layer_->class_name());
  }
  vector_u_ = AddWeight({.name = "vector_u",
                         .shape = {1, kernel_->type.shape[kernel_->type.rank() - 1]},
                         .initializer = TruncatedNormal({.stddev = 0.02}),
                         .trainable = false,
                         .dtype = kernel_->type.dtype});
  return absl::OkStatus();
}

void SpectralNormalization::Normalize(CallContext& context) {
  const ir::Value kernel = context.Read(*kernel_);
  const ir::Value before = context.Read(*vector_u_);
  const ir::Value w = ops::StopGradient(ops::Reshape(kernel, {-1, kernel.dim(-1)}));
  ir::Value u = before, v;
  for (int64_t i = 0; i < power_iterations_; ++i) {
    v = Normalized(ops::Matmul(u, ops::Transpose(w)));
    u = Normalized(ops::Matmul(v, w));
  }
  const ir::Value norm = ops::Sum(ops::Matmul(v, w) * u);
  const ir::Value zero = ops::All(ops::Equal(w, 0));
  const ir::Value divided = ops::Where(zero, kernel, kernel / ops::Where(zero, 1.0, norm));
  context.Assign(*vector_u_, ops::Where(zero, before, u));
  // What trains on is the normalized kernel, not what it was made of.
  context.Assign(*kernel_, ops::StraightThrough(ops::StopGradient(divided), kernel));
}

ir::Values SpectralNormalization::CallLayer(CallContext& context,
                                            const CallArguments<ir::Value>& arguments) {
  if (context.training()) Normalize(context);
  ir::Values outputs = layer_->CallWith(context, arguments);
  const std::vector<ir::Value> inputs = arguments.Inputs();
  if (inputs.empty() || !IsFloating(inputs[0].dtype()) || !context.builder().ok()) return outputs;
  for (ir::Value& output : outputs) output = ops::Cast(output, inputs[0].dtype());
  return outputs;
}

std::vector<Variable*> SpectralNormalization::own_variables() const {
  std::vector<Variable*> own = Layer::own_variables();
  if (kernel_ != nullptr) own.insert(own.begin(), kernel_);
  return own;
}

std::vector<Layer::Child> SpectralNormalization::children() const {
  return {{.attribute = "layer", .in_list = false, .layer = layer_}};
}

Json SpectralNormalization::GetConfig() const {
  Json::Object config = OptionsConfig();
  config.emplace_back("layer", layer_->Serialize());
  config.emplace_back("power_iterations", power_iterations_);
  return config;
}

absl::StatusOr<std::shared_ptr<SpectralNormalization>> SpectralNormalization::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  LayerOptions options;
  Json rest = json;
  RETURN_IF_ERROR(TakeConfig(rest, &options, deserializer));
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> layer, deserializer.Object<Layer>(json["layer"]));
  int64_t power_iterations = 1;
  if (json.Has("power_iterations")) {
    RETURN_IF_ERROR(
        WithSubject(FromJson(json["power_iterations"], &power_iterations), "power_iterations"));
  }
  return std::make_shared<SpectralNormalization>(std::move(layer), power_iterations,
                                                 std::move(options));
}

}  // namespace tricorn::keras::layers
