#pragma once

#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct RescalingConfig {
  Json scale = 1.0;
  Json offset = 0.0;
  FIELDS(scale, offset)
};

namespace layers {

// y = x * scale + offset, in the compute dtype. Both are a number or a list, one a channel.
// Inputs:   x (any shape), any number type.   Outputs: y, as x in the compute dtype.
// Errors:   InvalidArgument for a scale or offset of another kind.
// Source:   Keras 3 `Rescaling`.
class Rescaling : public LayerWith<Rescaling, RescalingConfig> {
 public:
  static constexpr std::string_view kClassName = "Rescaling";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool supports_masking() const override { return true; }

 private:
  // As a constant of the compute dtype.
  ir::Value ConstantOf(CallContext& context, const std::vector<double>& values, bool list) const;

  std::vector<double> scale_;
  std::vector<double> offset_;
};

}  // namespace layers

using Rescaling = LayerOf<layers::Rescaling>;

}  // namespace tricorn::keras
