#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/keras/optimizers/optimizer.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {

// What every optimizer can do besides its rule.
struct OptimizerConfig {
  std::string name = "";  // snake case of the class when empty
  LearningRate learning_rate = {};
  std::optional<double> weight_decay = std::nullopt;     // decoupled: w -= w * decay * rate
  std::optional<double> clipnorm = std::nullopt;         // bound on each gradient's L2 norm
  std::optional<double> global_clipnorm = std::nullopt;  // bound on the norm of all together
  std::optional<double> clipvalue = std::nullopt;        // bound on each entry's size
  bool use_ema = false;  // keeps averages of the weights, which replace them in the end
  double ema_momentum = 0.99;
  std::optional<int64_t> ema_overwrite_frequency = std::nullopt;  // and every so many updates
  std::optional<double> loss_scale_factor = std::nullopt;
  std::optional<int64_t> gradient_accumulation_steps = std::nullopt;
  FIELDS(name, learning_rate, weight_decay, clipnorm, global_clipnorm, clipvalue, use_ema,
         ema_momentum, ema_overwrite_frequency, loss_scale_factor, gradient_accumulation_steps)
};

// Errors: InvalidArgument for more than one kind of clipping, a momentum outside [0, 1], counts
// below 1.
absl::Status CheckOptimizerConfig(const OptimizerConfig& config);

// An array beside each weight.
struct Slot {
  std::string name;  // "momentum"
  double initial = 0;
  bool starts_as_weight = false;                // a copy of the weight instead of `initial`
  std::optional<ir::Type> type = std::nullopt;  // the weight's when none
  std::string path = "";  // "<optimizer>/<path of the weight>_<name>" when empty
};

// An optimizer by a rule for one weight and its gradient; clipping, decay, averages, accumulation
// and constraints are the same for all rules. Variables after the first two: averages,
// accumulators, the rule's slots, those that weights share.
class RuleOptimizer : public Optimizer {
 public:
  const OptimizerConfig& base_config() const { return base_; }

  int64_t steps_per_update() const override {
    return base_.gradient_accumulation_steps.value_or(1);
  }
  void ExcludeFromWeightDecay(const std::vector<std::string>& names) override { excluded_ = names; }
  void set_loss_scale_factor(std::optional<double> factor) override {
    base_.loss_scale_factor = factor;
  }
  // Those whose rule says so and that clip no gradient by its own norm.
  absl::Status CheckCanBeParted() const override { return absl::OkStatus(); }
  bool updates_entries_apart() const override {
    return rule_updates_entries_apart() && !base_.clipnorm;
  }
  bool needs_exchange() const override { return base_.global_clipnorm.value_or(0) > 0; }
  void Apply(CallContext& context, std::span<const ir::Value> gradients) const override;
  ir::Value ScaleLoss(CallContext& context, ir::Value loss) const override;
  ir::Value Rate(CallContext& context) const override;
  bool keeps_averages() const override { return base_.use_ema; }
  void FinalizeVariables() const override;
  std::vector<std::pair<Variable*, Variable*>> averages() const override;

 protected:
  // A learning rate and decay that `base` does not give are those of `defaults`.
  RuleOptimizer(OptimizerConfig base, const OptimizerConfig& defaults, std::string_view class_name);
  void set_weight_decay(std::optional<double> decay) { base_.weight_decay = decay; }

  // What the rule refuses in its arguments.
  virtual absl::Status CheckRule() const { return absl::OkStatus(); }
  // Whether UpdateStep computes every entry from the same entry of gradient, weight and slots.
  virtual bool rule_updates_entries_apart() const { return false; }
  // The slots of `weight`: those of one group interleave weight by weight, groups follow each
  // other. All weights have as many groups.
  virtual std::vector<std::vector<Slot>> Slots(const Variable& weight) const = 0;
  // Slots of which there is one for all weights: scalars, in the first weight's dtype if it has
  // none.
  virtual std::vector<Slot> SharedSlots() const { return {}; }
  // How fast `weight` decays; none: not at all. Weights excluded from decay are not asked for.
  virtual std::optional<double> DecayOf(const Variable& /*weight*/) const {
    return base_.weight_decay;
  }

  // One weight's update in progress. Values are in the weight's dtype.
  class Update {
   public:
    ir::Value gradient, variable, learning_rate;
    ir::Value step;  // float, updates done before this one

    const Variable& weight() const { return *weight_; }
    // Its own slot, or a shared one.
    ir::Value Read(std::string_view slot) const;
    void Assign(std::string_view slot, ir::Value value);

   private:
    friend class RuleOptimizer;
    const RuleOptimizer* optimizer_ = nullptr;
    const Variable* weight_ = nullptr;
    size_t index_ = 0;
    CallContext* context_ = nullptr;
    std::vector<std::pair<const Variable*, ir::Value>> assigned_;
  };
  // Changes shared slots, once before the weights of a step. `update` has a step only.
  virtual void UpdateShared(Update& /*update*/) const {}
  // The weight's new value.
  virtual ir::Value UpdateStep(Update& update) const = 0;

 private:
  // A slot's variable by the slot's name.
  using Slotted = std::vector<std::pair<std::string, const Variable*>>;

  absl::Status MakeState() final;
  // `index`: of the weight, -1 where there is none.
  absl::StatusOr<Variable*> AddSlot(const Variable& weight, const Slot& slot, int index);
  absl::Status AddForEachWeight(const Slot& slot, std::vector<Variable*>& variables);
  const Variable* SlotVariable(size_t index, std::string_view slot) const;
  std::vector<ir::Value> Clip(CallContext& context, std::vector<ir::Value> gradients) const;
  // The sum of the squares of all entries; none where there are no gradients.
  ir::Value SquareSum(CallContext& context, std::span<const ir::Value> gradients) const;
  std::optional<double> Decay(const Variable& weight) const;
  ir::Value UpdateCount(CallContext& context) const;
  std::vector<ir::Value> Accumulate(CallContext& context, std::vector<ir::Value> gradients,
                                    ir::Value is_update) const;
  void AssignSlots(const Update& update, ir::Value is_update) const;
  void ApplyShared(CallContext& context, ir::Value is_update) const;
  void ApplyOne(CallContext& context, size_t index, ir::Value gradient, ir::Value rate,
                ir::Value is_update) const;
  void UpdateAverages(CallContext& context) const;
  void ApplyConstraints(CallContext& context, ir::Operands gradients) const;

  OptimizerConfig base_;
  std::vector<std::string> excluded_;
  std::vector<Variable*> averages_;      // by weight, where kept
  std::vector<Variable*> accumulators_;  // by weight, where kept
  std::vector<Slotted> slots_;           // by weight
  Slotted shared_;
};

// A rule as two config structs: the common one and the rule's own, whose JSON keys follow.
template <typename Derived, HasFields C>
class OptimizerWith : public RuleOptimizer {
 public:
  using Config = C;
  explicit OptimizerWith(OptimizerConfig base = {}, C config = {})
      : RuleOptimizer(std::move(base), Derived::Defaults(), Derived::kClassName),
        config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
  std::string_view registered_name() const override { return RegisteredNameOf<Derived>(); }
  Json GetConfig() const override {
    Json json = ToJson(base_config());
    json.Set("name", name());
    const Json own = ToJson(config_);
    for (const auto& [key, value] : own.AsObject()) json.Set(key, value);
    return json;
  }
  const C& config() const { return config_; }

  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    OptimizerConfig base = Derived::Defaults();
    C config{};
    Json rest = json;
    RETURN_IF_ERROR(TakeConfig(rest, &base, deserializer));
    RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
    RETURN_IF_ERROR(CheckOptimizerConfig(base));
    const std::optional<double> decay = base.weight_decay;
    auto optimizer = std::make_shared<Derived>(std::move(base), std::move(config));
    OptimizerWith& self = *optimizer;
    self.set_weight_decay(decay);  // null is no decay, not the default
    RETURN_IF_ERROR(self.CheckRule());
    return optimizer;
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
