#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

struct DotConfig {
  AxisOrAxes axes = -1;
  bool normalize = false;
  FIELDS(axes, normalize)
};

namespace layers {

// Contracts one axis of each of two inputs, sample by sample; `normalize` gives cosines.
// Inputs:   x (batch, ...), y (batch, ...).   Outputs: (batch, x's other axes..., y's other
// axes...),
//           (batch, 1) when there are none.
// Errors:   InvalidArgument for axes that are the batch, absent or of different lengths.
// Source:   Keras 3 `Dot`.
class Dot : public LayerWith<Dot, DotConfig> {
 public:
  static constexpr std::string_view kClassName = "Dot";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value CallMany(CallContext& context, ir::Operands inputs) override;
};

}  // namespace layers

using Dot = LayerOf<layers::Dot>;

}  // namespace tricorn::keras
