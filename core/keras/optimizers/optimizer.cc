#include "core/keras/optimizers/optimizer.h"

#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

using ir::Value;

OptimizerConfig WithDefaults(OptimizerConfig base, const OptimizerConfig& defaults) {
  if (!base.learning_rate.is_set()) base.learning_rate = defaults.learning_rate;
  if (!base.weight_decay) base.weight_decay = defaults.weight_decay;
  return base;
}

Value L2Norm(Value x) { return ops::Sqrt(ops::Sum(ops::Square(x))); }

}  // namespace

absl::Status CheckOptimizerConfig(const OptimizerConfig& config) {
  const int clips = config.clipnorm.has_value() + config.clipvalue.has_value() +
                    config.global_clipnorm.has_value();
  if (clips > 1) {
    return InvalidArgument("expected one of clipnorm, clipvalue and global_clipnorm, received {}",
                           clips);
  }
  if (config.use_ema && (config.ema_momentum < 0 || config.ema_momentum > 1)) {
    return InvalidArgument("ema_momentum: expected a number in [0, 1], received {}",
                           config.ema_momentum);
  }
  if (config.ema_overwrite_frequency.value_or(1) < 1) {
    return InvalidArgument("ema_overwrite_frequency: expected at least 1, received {}",
                           *config.ema_overwrite_frequency);
  }
  if (config.gradient_accumulation_steps.value_or(2) < 2) {
    return InvalidArgument("gradient_accumulation_steps: expected at least 2, received {}",
                           *config.gradient_accumulation_steps);
  }
  return absl::OkStatus();
}

Optimizer::Optimizer(OptimizerConfig base, const OptimizerConfig& defaults,
                     std::string_view class_name)
    : base_(WithDefaults(std::move(base), defaults)),
      name_(base_.name.empty() ? ToSnakeCase(class_name) : base_.name) {
  iteration_ = AddVariable("iteration", Tensor::Scalar<int32_t>(0));
  if (base_.learning_rate.schedule() == nullptr) {
    learning_rate_ =
        AddVariable("learning_rate", Tensor::Scalar<float>(base_.learning_rate.value()));
  }
}

Variable* Optimizer::AddVariable(std::string name, Tensor value) {
  auto variable = std::make_unique<Variable>();
  variable->path = name_ + "/" + name;
  variable->name = std::move(name);
  variable->type = {value.dtype(), value.shape()};
  variable->value = std::move(value);
  variable->trainable = false;
  variable->aggregation = Aggregation::kOwn;
  variables_.push_back(std::move(variable));
  return variables_.back().get();
}

Variable* Optimizer::AddLike(const Variable& reference, const Slot& slot) {
  std::string name = reference.path;
  std::replace(name.begin(), name.end(), '/', '_');
  Tensor value(reference.type.dtype, reference.type.shape);
  if (slot.initial != 0) {
    DispatchDType(value.dtype(), [&]<typename T>() {
      if constexpr (std::is_floating_point_v<T>) {
        std::fill_n(value.data<T>(), value.num_elements(), static_cast<T>(slot.initial));
      }
    });
  }
  return AddVariable(name + "_" + slot.name, std::move(value));
}

absl::Status Optimizer::Build(std::span<Variable* const> trainable) {
  if (built_) {
    if (std::equal(trainable.begin(), trainable.end(), trainable_.begin(), trainable_.end())) {
      return absl::OkStatus();
    }
    return FailedPrecondition("{}: expected the {} weights it was built for, received {} others",
                              name_, trainable_.size(), trainable.size());
  }
  built_ = true;
  trainable_.assign(trainable.begin(), trainable.end());
  weights_.assign(trainable.begin(), trainable.end());
  if (base_.use_ema) {
    for (const Variable* variable : trainable_)
      averages_.push_back(AddLike(*variable, {"average"}));
  }
  if (base_.gradient_accumulation_steps) {
    for (const Variable* variable : trainable_) {
      accumulators_.push_back(AddLike(*variable, {"gradient_accumulator"}));
    }
  }
  slots_.resize(trainable_.size());
  for (const std::vector<Slot>& group : Slots()) {
    for (size_t i = 0; i < trainable_.size(); ++i) {
      for (const Slot& slot : group) {
        slots_[i].emplace_back(slot.name, AddLike(*trainable_[i], slot));
      }
    }
  }
  return absl::OkStatus();
}

const Variable* Optimizer::SlotVariable(size_t index, std::string_view slot) const {
  for (const auto& [name, variable] : slots_[index]) {
    if (name == slot) return variable;
  }
  CHECK(!"the slot is declared");
  return nullptr;
}

Value Optimizer::Update::Read(std::string_view slot) const {
  return context->Read(*optimizer->SlotVariable(index, slot));
}

void Optimizer::Update::Assign(std::string_view slot, Value value) {
  assigned.emplace_back(optimizer->SlotVariable(index, slot), value);
}

Value Optimizer::ScaleLoss(Value loss) const {
  return base_.loss_scale_factor ? loss * *base_.loss_scale_factor : loss;
}

Value Optimizer::Rate(CallContext& context) const {
  if (learning_rate_ != nullptr) return context.Read(*learning_rate_);
  return (*base_.learning_rate.schedule())(context.Read(*iteration_));
}

Value Optimizer::UpdateCount(CallContext& context) const {
  const Value iteration = context.Read(*iteration_);
  return base_.gradient_accumulation_steps
             ? ops::FloorDivide(iteration, *base_.gradient_accumulation_steps)
             : iteration;
}

std::vector<Value> Optimizer::Clip(std::vector<Value> gradients) const {
  if (base_.clipnorm.value_or(0) > 0) {
    const double bound = *base_.clipnorm;
    for (Value& gradient : gradients) {
      if (gradient) gradient = gradient * bound / ops::Maximum(L2Norm(gradient), bound);
    }
  } else if (base_.global_clipnorm.value_or(0) > 0) {
    const double bound = *base_.global_clipnorm;
    Value square_sum;
    for (const Value& gradient : gradients) {
      if (!gradient) continue;
      const Value own = ops::Cast(ops::Sum(ops::Square(gradient)), DType::kF32);
      square_sum = square_sum ? square_sum + own : own;
    }
    if (!square_sum) return gradients;
    // Infinite norms give NaN gradients, as in Keras.
    const Value norm = ops::Sqrt(square_sum);
    const Value scale = bound * ops::Minimum(1.0 / norm, 1.0 / bound);
    const Value checked = scale + (norm - norm);
    for (Value& gradient : gradients) {
      if (gradient) gradient = gradient * ops::Cast(checked, gradient.dtype());
    }
  } else if (base_.clipvalue.value_or(0) > 0) {
    for (Value& gradient : gradients) {
      if (gradient) gradient = ops::Clip(gradient, -*base_.clipvalue, *base_.clipvalue);
    }
  }
  return gradients;
}

bool Optimizer::Decays(const Variable& variable) const {
  return base_.weight_decay &&
         std::none_of(excluded_.begin(), excluded_.end(), [&](const std::string& name) {
           return variable.name.find(name) != std::string::npos;
         });
}

// The mean of the accumulated gradients and this one; accumulators grow, or start again after an
// update.
std::vector<Value> Optimizer::Accumulate(CallContext& context, std::vector<Value> gradients,
                                         Value is_update) const {
  const auto steps = static_cast<double>(*base_.gradient_accumulation_steps);
  for (size_t i = 0; i < gradients.size(); ++i) {
    if (!gradients[i]) continue;
    const Value sum = gradients[i] + context.Read(*accumulators_[i]);
    context.Assign(*accumulators_[i], ops::Where(is_update, 0.0, sum));
    gradients[i] = sum / steps;
  }
  return gradients;
}

void Optimizer::ApplyOne(CallContext& context, size_t index, Value gradient, Value rate,
                         Value is_update) const {
  const Variable& variable = *trainable_[index];
  const ir::Builder::Scope scope(context.builder(), variable.path);
  const Value old = context.Read(variable);
  Update update;
  update.optimizer = this;
  update.index = index;
  update.context = &context;
  update.gradient = ops::Cast(gradient, old.dtype());
  update.learning_rate = ops::Cast(rate, old.dtype());
  update.step = ops::Cast(UpdateCount(context), old.dtype());
  update.variable = Decays(variable) ? old - old * *base_.weight_decay * update.learning_rate : old;
  Value next = UpdateStep(update);
  if (variable.constraint != nullptr) next = (*variable.constraint)(next);
  const auto chosen = [&](Value value, Value before) {
    return is_update ? ops::Where(is_update, value, before) : value;
  };
  for (const auto& [slot, value] : update.assigned) {
    context.Assign(*slot, chosen(value, context.Read(*slot)));
  }
  context.Assign(variable, chosen(next, old));
}

void Optimizer::UpdateAverages(CallContext& context) const {
  const Value count = UpdateCount(context);
  for (size_t i = 0; i < averages_.size(); ++i) {
    const Value weight = context.Read(*trainable_[i]);
    // The first average is the weight itself.
    const Value momentum = ops::Cast(ops::NotEqual(count, 0), weight.dtype()) * base_.ema_momentum;
    const Value average = momentum * context.Read(*averages_[i]) + (1.0 - momentum) * weight;
    context.Assign(*averages_[i], average);
    if (base_.ema_overwrite_frequency) {
      const Value overwrite = ops::Equal(ops::Mod(count + 1, *base_.ema_overwrite_frequency), 0);
      context.Assign(*trainable_[i], ops::Where(overwrite, average, weight));
    }
  }
}

void Optimizer::Apply(CallContext& context, std::span<const Value> gradients) const {
  CHECK(built_ && gradients.size() == trainable_.size());
  const ir::Builder::Scope scope(context.builder(), name_);
  std::vector<Value> grads(gradients.begin(), gradients.end());
  if (base_.loss_scale_factor) {
    for (Value& gradient : grads) {
      if (gradient) gradient = gradient / *base_.loss_scale_factor;
    }
  }
  const Value rate = Rate(context);
  Value is_update;
  if (base_.gradient_accumulation_steps) {
    const Value next = context.Read(*iteration_) + 1;
    is_update = ops::Equal(ops::Mod(next, *base_.gradient_accumulation_steps), 0);
    grads = Accumulate(context, std::move(grads), is_update);
  }
  grads = Clip(std::move(grads));
  for (size_t i = 0; i < grads.size(); ++i) {
    if (grads[i]) ApplyOne(context, i, grads[i], rate, is_update);
  }
  if (base_.use_ema) UpdateAverages(context);
  context.Assign(*iteration_, context.Read(*iteration_) + 1);
}

void Optimizer::FinalizeVariables() const {
  for (size_t i = 0; i < averages_.size(); ++i) weights_[i]->value = averages_[i]->value.Clone();
}

}  // namespace tricorn::keras
