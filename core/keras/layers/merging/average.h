#pragma once

#include "core/keras/layers/merging/merge.h"

namespace tricorn::keras {
namespace layers {

// y = (x_1 + ... + x_n) / n
// Inputs:   x_1, x_2, ... that broadcast, any number type.   Outputs: y, of the broadcast shape.
// Source:   Keras 3 `Average`.
class Average : public LayerWith<Average, NoLayerConfig, Merge> {
 public:
  static constexpr std::string_view kClassName = "Average";
  using LayerWith::LayerWith;

 protected:
  ir::Value Combine(ir::Operands inputs) const override;
};

}  // namespace layers

using Average = LayerOf<layers::Average>;

}  // namespace tricorn::keras
