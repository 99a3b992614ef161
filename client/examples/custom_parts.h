#pragma once

#include <string_view>

#include "core/keras/callbacks/callback_with.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/losses/loss.h"
#include "core/keras/metrics/mean.h"
#include "core/keras/optimizers/rule_optimizer.h"

// Parts of one's own, as a user of the engine writes them: a layer, a loss, a metric, an optimizer
// and a callback, registered as `examples>NAME`. `custom_parts.cc` trains with them in one program;
// `custom_parts_plugin.cc` makes a shared object of them, for workers.

namespace examples {

namespace keras = tricorn::keras;
namespace ir = tricorn::ir;

struct ScaledTanhConfig {
  double scale = 1;
  FIELDS(scale)
};
//   y = scale * w * tanh(x),  w by the last axis, 1 at first
class ScaledTanh : public keras::LayerWith<ScaledTanh, ScaledTanhConfig> {
 public:
  static constexpr std::string_view kClassName = "ScaledTanh";
  static constexpr std::string_view kRegisteredName = "examples>ScaledTanh";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const keras::SymbolicType> inputs) override;
  ir::Value Call(keras::CallContext& context, ir::Value x) override;

 private:
  const keras::Variable* weight_ = nullptr;
};

struct CappedErrorConfig {
  std::string name = "capped_error";
  std::string reduction = "sum_over_batch_size";
  double cap = 1;
  FIELDS(name, reduction, cap)
};
// The mean square error of each sample, but no more than `cap`.
class CappedError : public keras::LossWith<CappedError, CappedErrorConfig> {
 public:
  static constexpr std::string_view kClassName = "CappedError";
  static constexpr std::string_view kRegisteredName = "examples>CappedError";
  using LossWith::LossWith;

  ir::Value Call(ir::Value y_true, ir::Value y_pred) const override;
};

struct WithinConfig {
  std::string name = "within";
  double distance = 0.1;
  FIELDS(name, distance)
};
// The part of the predictions that are within `distance` of their labels.
class Within : public keras::MetricWith<Within, WithinConfig, keras::MeanOfFunction> {
 public:
  static constexpr std::string_view kClassName = "Within";
  static constexpr std::string_view kRegisteredName = "examples>Within";
  using MetricWith::MetricWith;

 protected:
  ir::Value Function(ir::Value y_true, ir::Value y_pred) const override;
};

struct SignDescentConfig {
  double damping = 0;
  FIELDS(damping)
};
//   w -= learning_rate * g / (|g| + damping)
class SignDescent : public keras::OptimizerWith<SignDescent, SignDescentConfig> {
 public:
  static constexpr std::string_view kClassName = "SignDescent";
  static constexpr std::string_view kRegisteredName = "examples>SignDescent";
  static keras::OptimizerConfig Defaults() { return {.learning_rate = 0.01}; }
  using OptimizerWith::OptimizerWith;

 protected:
  std::vector<std::vector<keras::Slot>> Slots(const keras::Variable&) const override { return {}; }
  ir::Value UpdateStep(Update& u) const override;
};

struct StopBelowConfig {
  double loss = 0;
  FIELDS(loss)
};
// Ends training after the first epoch whose loss is below a bound.
class StopBelow : public keras::CallbackWith<StopBelow, StopBelowConfig> {
 public:
  static constexpr std::string_view kClassName = "StopBelow";
  static constexpr std::string_view kRegisteredName = "examples>StopBelow";
  using CallbackWith::CallbackWith;

  absl::Status OnEpochEnd(keras::Trainer& trainer, int64_t epoch, keras::Logs& logs) override;
};

// Adds them all.
void AddCustomParts(keras::Registries& objects);

}  // namespace examples
