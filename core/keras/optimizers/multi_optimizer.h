#pragma once

#include <memory>
#include <utility>

#include "core/keras/optimizers/optimizer.h"
#include "core/keras/optimizers/path_pattern.h"
#include "core/keras/serialization/config.h"

namespace tricorn::keras {

// Which optimizer a weight has, by its path: exactly, or as a pattern of the whole path.
class OptimizerMap {
 public:
  OptimizerMap() = default;
  // Errors: InvalidArgument for patterns that do not parse, and optimizers that hold optimizers.
  static absl::StatusOr<OptimizerMap> Make(
      std::shared_ptr<Optimizer> default_optimizer,
      std::vector<std::pair<std::string, std::shared_ptr<Optimizer>>> by_pattern);

  // Errors: InvalidArgument when several patterns match.
  absl::StatusOr<Optimizer*> Find(const std::string& path) const;
  // Each once: those with a pattern, then the default.
  const std::vector<std::shared_ptr<Optimizer>>& optimizers() const { return optimizers_; }

  absl::Status Decode(const Json& json, const Deserializer& deserializer);
  friend Json ToJson(const OptimizerMap& map);

 private:
  struct Entry {
    std::string key;
    PathPattern pattern;
    std::shared_ptr<Optimizer> optimizer;
  };
  std::shared_ptr<Optimizer> default_;
  std::vector<Entry> entries_;
  std::vector<std::shared_ptr<Optimizer>> optimizers_;
};

struct MultiOptimizerConfig {
  OptimizerMap optimizer_map;
  std::optional<double> loss_scale_factor = std::nullopt;  // of all optimizers
  std::string name = "multi_optimizer";
  FIELDS(optimizer_map, loss_scale_factor, name)
};
// Each weight by the optimizer that the map gives it. Variables: its own iteration and rate
// (unused, as Keras saves it), then those of each optimizer.
class MultiOptimizer : public Optimizer {
 public:
  static constexpr std::string_view kClassName = "MultiOptimizer";
  explicit MultiOptimizer(MultiOptimizerConfig config);
  static absl::StatusOr<std::shared_ptr<MultiOptimizer>> FromConfig(
      const Json& json, const Deserializer& deserializer);

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override { return ToJson(config_); }
  const MultiOptimizerConfig& config() const { return config_; }

  std::vector<Variable*> variables() const override;
  std::vector<Optimizer*> members() override;
  absl::Status CheckCanBeParted() const override;
  void AddNormsByUnits() override;
  void ExcludeFromWeightDecay(const std::vector<std::string>& names) override;
  void set_loss_scale_factor(std::optional<double> factor) override;
  void Apply(CallContext& context, std::span<const ir::Value> gradients) const override;
  ir::Value ScaleLoss(CallContext& context, ir::Value loss) const override;
  bool keeps_averages() const override;
  void FinalizeVariables() const override;
  std::vector<std::pair<Variable*, Variable*>> averages() const override;

 private:
  absl::Status MakeState() override;

  MultiOptimizerConfig config_;
  std::vector<std::vector<size_t>> weights_of_;  // by optimizer: indices of weights
};

}  // namespace tricorn::keras
