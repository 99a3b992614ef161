#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ConcatenateConfig {
  int64_t axis = -1;
  FIELDS(axis)
};

namespace layers {

// The inputs one after the other along `axis`.
// Inputs:   x_1, x_2, ... of shapes equal but along axis.   Outputs: y.
// Errors:   InvalidArgument for shapes that differ elsewhere.
// Source:   Keras 3 `Concatenate`.
class Concatenate : public LayerWith<Concatenate, ConcatenateConfig> {
 public:
  static constexpr std::string_view kClassName = "Concatenate";
  using LayerWith::LayerWith;

 protected:
  ir::Value CallMany(CallContext& context, ir::Operands inputs) override;
  bool supports_masking() const override { return true; }
  ir::Value ComputeMask(CallContext& context, ir::Operands inputs) override;
};

}  // namespace layers

using Concatenate = LayerOf<layers::Concatenate>;

}  // namespace tricorn::keras
