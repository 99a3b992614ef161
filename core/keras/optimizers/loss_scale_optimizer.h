#pragma once

#include <memory>

#include "core/keras/optimizers/optimizer.h"
#include "core/keras/serialization/config.h"

namespace tricorn::keras {

struct LossScaleOptimizerConfig {
  std::string name = "loss_scale_optimizer";
  double initial_scale = 32768;
  int64_t dynamic_growth_steps = 2000;
  FIELDS(name, initial_scale, dynamic_growth_steps)
};
// Keeps half-precision gradients from vanishing: losses are multiplied by a scale by which
// `inner`'s gradients are divided. The scale doubles after `dynamic_growth_steps` steps with finite
// gradients and halves, leaving all else as it was, after one without. Variables: its own iteration
// and rate (unused, as Keras saves them), step_counter, dynamic_scale, then `inner`'s. Errors:
// InvalidArgument for arguments of optimizers that only `inner` can have.
class LossScaleOptimizer : public Optimizer {
 public:
  static constexpr std::string_view kClassName = "LossScaleOptimizer";
  explicit LossScaleOptimizer(std::shared_ptr<Optimizer> inner,
                              LossScaleOptimizerConfig config = {});
  static absl::StatusOr<std::shared_ptr<LossScaleOptimizer>> FromConfig(
      const Json& json, const Deserializer& deserializer);

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override;
  const LossScaleOptimizerConfig& config() const { return config_; }

  std::vector<Variable*> variables() const override;
  std::vector<int> weights_of_variables() const override;
  absl::Status CheckCanBeParted() const override { return inner_->CheckCanBeParted(); }
  bool updates_entries_apart() const override { return inner_->updates_entries_apart(); }
  void AddNormsByUnits() override { inner_->AddNormsByUnits(); }
  void set_exchange(PartExchange* exchange) override;
  bool needs_exchange() const override { return true; }
  Variable* learning_rate_variable() const override { return inner_->learning_rate_variable(); }
  Variable& iteration() const override { return inner_->iteration(); }
  std::vector<Optimizer*> members() override { return inner_->members(); }
  int64_t steps_per_update() const override { return inner_->steps_per_update(); }
  void ExcludeFromWeightDecay(const std::vector<std::string>& names) override {
    inner_->ExcludeFromWeightDecay(names);
  }
  void set_loss_scale_factor(std::optional<double>) override {}  // it has one that changes
  void Apply(CallContext& context, std::span<const ir::Value> gradients) const override;
  ir::Value ScaleLoss(CallContext& context, ir::Value loss) const override;
  ir::Value Rate(CallContext& context) const override { return inner_->Rate(context); }
  bool keeps_averages() const override { return inner_->keeps_averages(); }
  void FinalizeVariables() const override { inner_->FinalizeVariables(); }
  std::vector<std::pair<Variable*, Variable*>> averages() const override {
    return inner_->averages();
  }

 private:
  absl::Status MakeState() override;

  const std::shared_ptr<Optimizer> inner_;
  const LossScaleOptimizerConfig config_;
  Variable* step_counter_ = nullptr;
  Variable* dynamic_scale_ = nullptr;
};

}  // namespace tricorn::keras
