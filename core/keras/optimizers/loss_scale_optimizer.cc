#include "core/keras/optimizers/loss_scale_optimizer.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using ir::Value;

// What older archives hold as well: arguments that this optimizer does not have, at their defaults.
absl::Status EraseUnused(Json& config) {
  const std::pair<std::string_view, Json> defaults[] = {
      {"weight_decay", {}},
      {"clipnorm", {}},
      {"global_clipnorm", {}},
      {"clipvalue", {}},
      {"use_ema", false},
      {"ema_momentum", 0.99},
      {"loss_scale_factor", {}},
      {"dynamic", true},
      {"ema_overwrite_frequency", {}},
      {"gradient_accumulation_steps", {}},
  };
  for (const auto& [name, value] : defaults) {
    if (config.Has(name) && !(config[name] == value)) {
      return InvalidArgument("{}: expected to be given to inner_optimizer, received {}", name,
                             config[name].Dump());
    }
    config.Erase(name);
  }
  return absl::OkStatus();
}

Value AllFinite(ir::Builder& builder, std::span<const Value> gradients) {
  Value finite = ops::Full(builder, {DType::kBool, {}}, 1);
  for (const Value& gradient : gradients) {
    if (gradient) finite = ops::LogicalAnd(finite, ops::All(ops::Isfinite(gradient)));
  }
  return finite;
}

}  // namespace

LossScaleOptimizer::LossScaleOptimizer(std::shared_ptr<Optimizer> inner,
                                       LossScaleOptimizerConfig config)
    : Optimizer(config.name, 0.0), inner_(std::move(inner)), config_(std::move(config)) {
  inner_->set_loss_scale_factor(std::nullopt);
}

absl::StatusOr<std::shared_ptr<LossScaleOptimizer>> LossScaleOptimizer::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  Json rest = json;
  RETURN_IF_ERROR(EraseUnused(rest));
  ASSIGN_OR_RETURN(std::shared_ptr<Optimizer> inner,
                   deserializer.Object<Optimizer>(rest["inner_optimizer"]));
  rest.Erase("inner_optimizer");
  LossScaleOptimizerConfig config;
  RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
  return std::make_shared<LossScaleOptimizer>(std::move(inner), std::move(config));
}

Json LossScaleOptimizer::GetConfig() const {
  Json json = ToJson(config_);
  json.Set("inner_optimizer", SerializeObject(*inner_));
  return json;
}

absl::Status LossScaleOptimizer::MakeState() {
  step_counter_ = AddVariable(name() + "/step_counter", Tensor::Scalar<int32_t>(0));
  dynamic_scale_ = AddVariable(name() + "/dynamic_scale",
                               Tensor::Scalar(static_cast<float>(config_.initial_scale)));
  return inner_->Build(trainable());
}

std::vector<Variable*> LossScaleOptimizer::variables() const {
  std::vector<Variable*> all = Optimizer::variables();
  const std::vector<Variable*> inner = inner_->variables();
  all.insert(all.end(), inner.begin(), inner.end());
  return all;
}

std::vector<int> LossScaleOptimizer::weights_of_variables() const {
  std::vector<int> all = Optimizer::weights_of_variables();
  const std::vector<int> inner = inner_->weights_of_variables();
  all.insert(all.end(), inner.begin(), inner.end());
  return all;
}

void LossScaleOptimizer::set_exchange(PartExchange* exchange) {
  Optimizer::set_exchange(exchange);
  inner_->set_exchange(exchange);
}

Value LossScaleOptimizer::ScaleLoss(CallContext& context, Value loss) const {
  return loss * ops::Cast(context.Read(*dynamic_scale_), loss.dtype());
}

void LossScaleOptimizer::Apply(CallContext& context, std::span<const Value> gradients) const {
  CHECK(is_built());
  Value finite = AllFinite(context.builder(), gradients);
  if (exchange() != nullptr) {
    finite = ops::All(ops::NotEqual(exchange()->OfAllParts(ops::Cast(finite, DType::kF32)), 0));
  }
  const Value scale = context.Read(*dynamic_scale_);
  ir::Values unscaled;
  for (const Value& gradient : gradients) {
    unscaled.push_back(gradient ? gradient / ops::Cast(scale, gradient.dtype()) : gradient);
  }
  std::vector<Variable*> changing = inner_->variables();
  changing.insert(changing.end(), trainable().begin(), trainable().end());
  ir::Values before;
  for (const Variable* variable : changing) before.push_back(context.Read(*variable));
  inner_->Apply(context, unscaled);
  for (size_t i = 0; i < changing.size(); ++i) {
    const Value after = context.Read(*changing[i]);
    if (after == before[i]) continue;
    context.Assign(*changing[i], ops::Where(finite, after, before[i]));
  }
  const Value counter = context.Read(*step_counter_);
  const Value grows = ops::Equal(counter, config_.dynamic_growth_steps - 1);
  const Value starts_again = ops::LogicalOr(grows, ops::LogicalNot(finite));
  context.Assign(*step_counter_, ops::Where(starts_again, 0, counter + 1));
  const Value grown = ops::Where(grows, scale * 2.0, scale);
  context.Assign(*dynamic_scale_, ops::Where(finite, grown, scale * 0.5));
}

}  // namespace tricorn::keras
