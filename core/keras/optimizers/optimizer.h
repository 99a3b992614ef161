#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/layers/variable.h"
#include "core/keras/optimizers/learning_rate.h"
#include "core/keras/serialization/config.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/registry.h"
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
};

// Turns gradients into new weights, as nodes of the training step.
class Optimizer : public Serializable {
 public:
  static constexpr std::string_view kKind = "optimizer";
  static const Registry<Optimizer>& Builtins();

  std::string_view module() const override { return "keras.optimizers"; }
  const OptimizerConfig& base_config() const { return base_; }
  const std::string& name() const { return name_; }

  // Makes the state for these weights, which must outlive the optimizer. Does nothing when it has
  // been built for them already.
  // Errors: FailedPrecondition when it was built for others.
  absl::Status Build(std::span<Variable* const> trainable);
  bool is_built() const { return built_; }
  // In Keras's order, which is the archive's: iteration, learning_rate (unless scheduled),
  // averages, accumulators, then the rule's slots. The first two exist before Build.
  const std::vector<std::unique_ptr<Variable>>& variables() const { return variables_; }
  // nullptr when the rate is scheduled.
  Variable* learning_rate_variable() { return learning_rate_; }
  Variable& iteration() { return *iteration_; }

  // Weights whose name contains one of `names` do not decay. Before Build.
  void ExcludeFromWeightDecay(std::vector<std::string> names) { excluded_ = std::move(names); }

  // Appends one update: `gradients` of the built weights in their order, none for a weight that is
  // left alone. Assigns weights and state in `context`.
  void Apply(CallContext& context, std::span<const ir::Value> gradients) const;
  // `loss` times loss_scale_factor, where there is one.
  ir::Value ScaleLoss(ir::Value loss) const;
  // What training ends with: averages in place of the weights, where averages are kept.
  void FinalizeVariables() const;

 protected:
  // A learning rate and decay that `base` does not give are those of `defaults`.
  Optimizer(OptimizerConfig base, const OptimizerConfig& defaults, std::string_view class_name);

  // The rule's slots: those of one group interleave weight by weight, groups follow each other.
  virtual std::vector<std::vector<Slot>> Slots() const = 0;

  // One weight's update in progress. Values are in the weight's dtype.
  class Update {
   public:
    ir::Value gradient, variable, learning_rate;
    ir::Value step;  // float, updates done before this one

    ir::Value Read(std::string_view slot) const;
    void Assign(std::string_view slot, ir::Value value);

   private:
    friend class Optimizer;
    const Optimizer* optimizer = nullptr;
    size_t index = 0;
    std::vector<std::pair<const Variable*, ir::Value>> assigned;
    CallContext* context = nullptr;
  };
  // The weight's new value.
  virtual ir::Value UpdateStep(Update& update) const = 0;

 private:
  Variable* AddVariable(std::string name, Tensor value);
  Variable* AddLike(const Variable& reference, const Slot& slot);
  const Variable* SlotVariable(size_t index, std::string_view slot) const;
  std::vector<ir::Value> Clip(std::vector<ir::Value> gradients) const;
  bool Decays(const Variable& variable) const;
  ir::Value Rate(CallContext& context) const;
  ir::Value UpdateCount(CallContext& context) const;
  std::vector<ir::Value> Accumulate(CallContext& context, std::vector<ir::Value> gradients,
                                    ir::Value is_update) const;
  void ApplyOne(CallContext& context, size_t index, ir::Value gradient, ir::Value rate,
                ir::Value is_update) const;
  void UpdateAverages(CallContext& context) const;

  const OptimizerConfig base_;
  const std::string name_;
  std::vector<std::string> excluded_;
  bool built_ = false;
  std::vector<const Variable*> trainable_;
  std::vector<Variable*> weights_;  // the same, to finalize
  std::vector<std::unique_ptr<Variable>> variables_;
  Variable* iteration_ = nullptr;
  Variable* learning_rate_ = nullptr;
  std::vector<const Variable*> averages_;      // by weight, where kept
  std::vector<const Variable*> accumulators_;  // by weight, where kept
  std::vector<std::vector<std::pair<std::string, const Variable*>>> slots_;  // by weight
};

// An optimizer as two config structs: the common one and the rule's own, whose JSON keys follow.
template <typename Derived, HasFields C>
class OptimizerWith : public Optimizer {
 public:
  using Config = C;
  explicit OptimizerWith(OptimizerConfig base = {}, C config = {})
      : Optimizer(std::move(base), Derived::Defaults(), Derived::kClassName),
        config_(std::move(config)) {}

  std::string_view class_name() const override { return Derived::kClassName; }
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
    OptimizerConfig base;
    C config{};
    Json rest = json;
    RETURN_IF_ERROR(TakeConfig(rest, &base, deserializer));
    RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
    RETURN_IF_ERROR(CheckOptimizerConfig(base));
    return std::make_shared<Derived>(std::move(base), std::move(config));
  }

 protected:
  const C config_;
};

}  // namespace tricorn::keras
