#pragma once

#include "core/keras/layers/merging/merge.h"

namespace tricorn::keras {
namespace layers {

// y = x_1 - x_2
// Inputs:   x_1, x_2, ... that broadcast, any number type.   Outputs: y, of the broadcast shape.
// Source:   Keras 3 `Subtract`.
class Subtract : public LayerWith<Subtract, NoLayerConfig, Merge> {
 public:
  static constexpr std::string_view kClassName = "Subtract";
  using LayerWith::LayerWith;

 protected:
  int min_inputs() const override { return 2; }
  int max_inputs() const override { return 2; }
  ir::Value Combine(ir::Operands inputs) const override;
};

}  // namespace layers

using Subtract = LayerOf<layers::Subtract>;

}  // namespace tricorn::keras
