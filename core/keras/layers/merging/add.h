#pragma once

#include "core/keras/layers/merging/merge.h"

namespace tricorn::keras {
namespace layers {

// y = x_1 + x_2 + ...
// Inputs:   x_1, x_2, ... that broadcast, any number type.   Outputs: y, of the broadcast shape.
// Source:   Keras 3 `Add`.
class Add : public LayerWith<Add, NoLayerConfig, Merge> {
 public:
  static constexpr std::string_view kClassName = "Add";
  using LayerWith::LayerWith;

 protected:
  ir::Value Combine(ir::Operands inputs) const override;
};

}  // namespace layers

using Add = LayerOf<layers::Add>;

}  // namespace tricorn::keras
