#pragma once

#include "core/keras/layers/merging/merge.h"

namespace tricorn::keras {
namespace layers {

// y = x_1 * x_2 * ...; masked elements do not count.
// Inputs:   x_1, x_2, ... that broadcast, any number type.   Outputs: y, of the broadcast shape.
// Source:   Keras 3 `Multiply`.
class Multiply : public LayerWith<Multiply, NoLayerConfig, Merge> {
 public:
  static constexpr std::string_view kClassName = "Multiply";
  using LayerWith::LayerWith;

 protected:
  ir::Value CombineMasked(CallContext& context, ir::Operands inputs) const override;
  ir::Value Combine(ir::Operands inputs) const override;
};

}  // namespace layers

using Multiply = LayerOf<layers::Multiply>;

}  // namespace tricorn::keras
