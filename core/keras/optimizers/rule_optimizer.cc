#include "core/keras/optimizers/rule_optimizer.h"

#include <algorithm>
#include <cstring>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

OptimizerConfig WithDefaults(OptimizerConfig base, const OptimizerConfig& defaults) {
  if (!base.learning_rate.is_set()) base.learning_rate = defaults.learning_rate;
  if (!base.weight_decay) base.weight_decay = defaults.weight_decay;
  return base;
}

Value L2Norm(Value x) { return ops::Sqrt(ops::Sum(ops::Square(x))); }

Value NoSquares(ir::Builder& builder, const ir::Type& weight) {
  return ops::Full(builder, {DType::kF32, {NumUnits(weight.num_elements())}}, 0);
}

// What a unit is summed in: rows so short that no backend divides one, whatever their number.
constexpr int64_t kUnitColumns = 2048;

// The sum of the squares of each unit, whose bits do not depend on the number of units: a flat
// float32 value.
Value SquareSumsOfUnits(Value gradient) {
  const int64_t count = gradient.shape().num_elements();
  if (count == 0) return NoSquares(gradient.builder(), gradient.type());
  const int64_t whole = count / kUnit * kUnit;
  const Value flat = ops::Reshape(gradient, {count});
  std::vector<Value> sums;
  const auto add = [&](int64_t first, int64_t last, const Shape& shape) {
    const Value rows = ops::Reshape(ops::SliceAxis(flat, 0, first, last), shape);
    sums.push_back(ops::Cast(ops::Sum(ops::Sum(ops::Square(rows), {2}), {1}), DType::kF32));
  };
  if (whole > 0) add(0, whole, Shape({whole / kUnit, kUnit / kUnitColumns, kUnitColumns}));
  if (whole < count) add(whole, count, Shape({1, 1, count - whole}));
  return sums.size() == 1 ? sums[0] : ops::Concatenate(sums, 0);
}

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

RuleOptimizer::RuleOptimizer(OptimizerConfig base, const OptimizerConfig& defaults,
                             std::string_view class_name)
    : Optimizer(base.name.empty() ? ToSnakeCase(class_name) : base.name,
                base.learning_rate.is_set() ? base.learning_rate : defaults.learning_rate),
      base_(WithDefaults(std::move(base), defaults)) {}

absl::StatusOr<Variable*> RuleOptimizer::AddSlot(const Variable& weight, const Slot& slot,
                                                 int index) {
  std::string path = slot.path;
  if (path.empty()) {
    std::string weight_path = weight.path;
    std::replace(weight_path.begin(), weight_path.end(), '/', '_');
    path = name() + "/" + weight_path + "_" + slot.name;
  }
  if (slot.starts_as_weight) {
    if (!weight.has_value()) {
      return FailedPrecondition("{}: expected a value, from which {} starts", weight.path, path);
    }
    return AddVariable(std::move(path), weight.value.Clone(), index);
  }
  const ir::Type type = slot.type.value_or(weight.type);
  Tensor value(type.dtype, type.shape);
  if (slot.initial == 0) return AddVariable(std::move(path), std::move(value), index);
  const Tensor initial = Tensor::Scalar(slot.initial).Cast(type.dtype);
  const auto nbytes = static_cast<size_t>(SizeOf(type.dtype));
  for (int64_t i = 0; i < value.num_elements(); ++i) {
    std::memcpy(value.bytes() + static_cast<size_t>(i) * nbytes, initial.bytes(), nbytes);
  }
  return AddVariable(std::move(path), std::move(value), index);
}

absl::Status RuleOptimizer::AddForEachWeight(const Slot& slot, std::vector<Variable*>& variables) {
  for (size_t i = 0; i < trainable().size(); ++i) {
    ASSIGN_OR_RETURN(variables.emplace_back(), AddSlot(*trainable()[i], slot, static_cast<int>(i)));
  }
  return absl::OkStatus();
}

absl::Status RuleOptimizer::MakeState() {
  RETURN_IF_ERROR(CheckRule());
  if (base_.use_ema) RETURN_IF_ERROR(AddForEachWeight({"average"}, averages_));
  if (base_.gradient_accumulation_steps) {
    RETURN_IF_ERROR(AddForEachWeight({"gradient_accumulator"}, accumulators_));
  }
  std::vector<std::vector<std::vector<Slot>>> groups;  // by weight
  for (const Variable* weight : trainable()) groups.push_back(Slots(*weight));
  slots_.resize(trainable().size());
  for (size_t group = 0; !groups.empty() && group < groups[0].size(); ++group) {
    for (size_t i = 0; i < groups.size(); ++i) {
      for (const Slot& slot : groups[i][group]) {
        ASSIGN_OR_RETURN(const Variable* variable,
                         AddSlot(*trainable()[i], slot, static_cast<int>(i)));
        slots_[i].emplace_back(slot.name, variable);
      }
    }
  }
  for (Slot& slot : SharedSlots()) {
    const DType dtype = trainable().empty() ? DType::kF32 : trainable()[0]->type.dtype;
    if (!slot.type) slot.type = ir::Type{dtype, {}};
    ASSIGN_OR_RETURN(const Variable* variable, AddSlot(Variable(), slot, -1));
    shared_.emplace_back(slot.name, variable);
  }
  return absl::OkStatus();
}

const Variable* RuleOptimizer::SlotVariable(size_t index, std::string_view slot) const {
  if (index < slots_.size()) {
    for (const auto& [name, variable] : slots_[index]) {
      if (name == slot) return variable;
    }
  }
  for (const auto& [name, variable] : shared_) {
    if (name == slot) return variable;
  }
  CHECK(!"the slot is declared");
  return nullptr;
}

Value RuleOptimizer::Update::Read(std::string_view slot) const {
  return context_->Read(*optimizer_->SlotVariable(index_, slot));
}

void RuleOptimizer::Update::Assign(std::string_view slot, Value value) {
  assigned_.emplace_back(optimizer_->SlotVariable(index_, slot), value);
}

Value RuleOptimizer::ScaleLoss(CallContext&, Value loss) const {
  return base_.loss_scale_factor ? loss * *base_.loss_scale_factor : loss;
}

Value RuleOptimizer::Rate(CallContext& context) const {
  if (learning_rate_variable() != nullptr) return context.Read(*learning_rate_variable());
  return (*base_.learning_rate.schedule())(context.Read(iteration()));
}

Value RuleOptimizer::UpdateCount(CallContext& context) const {
  const Value steps = context.Read(iteration());
  return base_.gradient_accumulation_steps
             ? ops::FloorDivide(steps, *base_.gradient_accumulation_steps)
             : steps;
}

Value RuleOptimizer::SquareSum(CallContext& context, std::span<const Value> gradients) const {
  Value sum;
  if (!adds_norms_by_units()) {
    for (const Value& gradient : gradients) {
      if (!gradient) continue;
      const Value own = ops::Cast(ops::Sum(ops::Square(gradient)), DType::kF32);
      sum = sum ? sum + own : own;
    }
    return sum;
  }
  std::vector<Value> own;
  for (size_t i = 0; i < gradients.size(); ++i) {
    own.push_back(gradients[i] ? SquareSumsOfUnits(gradients[i])
                               : NoSquares(context.builder(), trainable()[i]->type));
  }
  if (exchange() != nullptr) return ops::Sum(exchange()->OfAllUnits(context.builder(), own));
  return own.empty() ? sum : ops::Sum(ops::Concatenate(own, 0));
}

std::vector<Value> RuleOptimizer::Clip(CallContext& context, std::vector<Value> gradients) const {
  if (base_.clipnorm.value_or(0) > 0) {
    const double bound = *base_.clipnorm;
    for (Value& gradient : gradients) {
      if (gradient) gradient = gradient * bound / ops::Maximum(L2Norm(gradient), bound);
    }
  } else if (base_.global_clipnorm.value_or(0) > 0) {
    const double bound = *base_.global_clipnorm;
    const Value square_sum = SquareSum(context, gradients);
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

std::optional<double> RuleOptimizer::Decay(const Variable& weight) const {
  const bool excluded = std::any_of(
      excluded_.begin(), excluded_.end(),
      [&](const std::string& name) { return weight.name.find(name) != std::string::npos; });
  return excluded ? std::nullopt : DecayOf(weight);
}

// The mean of the accumulated gradients and this one; accumulators grow, or start again after an
// update.
std::vector<Value> RuleOptimizer::Accumulate(CallContext& context, std::vector<Value> gradients,
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

void RuleOptimizer::AssignSlots(const Update& update, Value is_update) const {
  CallContext& context = *update.context_;
  for (const auto& [slot, value] : update.assigned_) {
    context.Assign(*slot, is_update ? ops::Where(is_update, value, context.Read(*slot)) : value);
  }
}

void RuleOptimizer::ApplyShared(CallContext& context, Value is_update) const {
  if (shared_.empty()) return;
  Update update;
  update.optimizer_ = this;
  update.index_ = slots_.size();
  update.context_ = &context;
  update.step = ops::Cast(UpdateCount(context), shared_[0].second->type.dtype);
  UpdateShared(update);
  AssignSlots(update, is_update);
}

void RuleOptimizer::ApplyOne(CallContext& context, size_t index, Value gradient, Value rate,
                             Value is_update) const {
  const Variable& weight = *trainable()[index];
  const ir::Builder::Scope scope(context.builder(), weight.path);
  const Value old = context.Read(weight);
  Update update;
  update.optimizer_ = this;
  update.weight_ = &weight;
  update.index_ = index;
  update.context_ = &context;
  update.gradient = ops::Cast(gradient, old.dtype());
  update.learning_rate = ops::Cast(rate, old.dtype());
  update.step = ops::Cast(UpdateCount(context), old.dtype());
  const std::optional<double> decay = Decay(weight);
  update.variable = decay ? old - old * *decay * update.learning_rate : old;
  const Value next = UpdateStep(update);
  AssignSlots(update, is_update);
  context.Assign(weight, is_update ? ops::Where(is_update, next, old) : next);
}

void RuleOptimizer::UpdateAverages(CallContext& context) const {
  const Value count = UpdateCount(context);
  for (size_t i = 0; i < averages_.size(); ++i) {
    const Value weight = context.Read(*trainable()[i]);
    // The first average is the weight itself.
    const Value momentum = ops::Cast(ops::NotEqual(count, 0), weight.dtype()) * base_.ema_momentum;
    const Value average = momentum * context.Read(*averages_[i]) + (1.0 - momentum) * weight;
    context.Assign(*averages_[i], average);
    if (base_.ema_overwrite_frequency) {
      const Value overwrite = ops::Equal(ops::Mod(count + 1, *base_.ema_overwrite_frequency), 0);
      context.Assign(*trainable()[i], ops::Where(overwrite, average, weight));
    }
  }
}

// As Keras does, after each step, whether it was an update or not: averages are of the weights
// before.
void RuleOptimizer::ApplyConstraints(CallContext& context, ir::Operands gradients) const {
  for (size_t i = 0; i < gradients.size(); ++i) {
    const Variable& weight = *trainable()[i];
    if (!gradients[i] || weight.constraint == nullptr) continue;
    context.Assign(weight, (*weight.constraint)(context.Read(weight)));
  }
}

void RuleOptimizer::Apply(CallContext& context, std::span<const Value> gradients) const {
  CHECK(is_built() && gradients.size() == trainable().size());
  const ir::Builder::Scope scope(context.builder(), name());
  std::vector<Value> grads(gradients.begin(), gradients.end());
  if (base_.loss_scale_factor) {
    for (Value& gradient : grads) {
      if (gradient) gradient = gradient / *base_.loss_scale_factor;
    }
  }
  const Value rate = Rate(context);
  Value is_update;
  if (base_.gradient_accumulation_steps) {
    const Value next = context.Read(iteration()) + 1;
    is_update = ops::Equal(ops::Mod(next, *base_.gradient_accumulation_steps), 0);
    grads = Accumulate(context, std::move(grads), is_update);
  }
  grads = Clip(context, std::move(grads));
  ApplyShared(context, is_update);
  for (size_t i = 0; i < grads.size(); ++i) {
    if (grads[i]) ApplyOne(context, i, grads[i], rate, is_update);
  }
  if (base_.use_ema) UpdateAverages(context);
  ApplyConstraints(context, grads);
  context.Assign(iteration(), context.Read(iteration()) + 1);
}

std::vector<std::pair<Variable*, Variable*>> RuleOptimizer::averages() const {
  std::vector<std::pair<Variable*, Variable*>> pairs;
  for (size_t i = 0; i < averages_.size(); ++i) pairs.emplace_back(trainable()[i], averages_[i]);
  return pairs;
}

void RuleOptimizer::FinalizeVariables() const {
  for (size_t i = 0; i < averages_.size(); ++i) trainable()[i]->value = averages_[i]->value.Clone();
}

}  // namespace tricorn::keras
