#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_ref.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct TimeDistributedConfig {
  LayerRef layer = nullptr;
  FIELDS(layer)
};

namespace layers {

// y[:, t] = layer(x[:, t]).
// Inputs:   x (batch, steps, ...), of at least three axes.   Outputs: y (batch, steps, ...).
// Errors:   InvalidArgument without a layer, or for fewer axes.
// Source:   Keras 3 `TimeDistributed`.
class TimeDistributed : public LayerWith<TimeDistributed, TimeDistributedConfig> {
 public:
  static constexpr std::string_view kClassName = "TimeDistributed";
  using LayerWith::LayerWith;

  std::vector<Child> children() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;

 private:
  ir::Value AsOneBatch(CallContext& context, ir::Value x, ir::Value mask);
  ir::Value StepByStep(CallContext& context, ir::Value x, ir::Value mask);
};

}  // namespace layers

using TimeDistributed = LayerOf<layers::TimeDistributed>;

}  // namespace tricorn::keras
