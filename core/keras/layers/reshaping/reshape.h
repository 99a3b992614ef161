#pragma once

#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct ReshapeConfig {
  std::vector<int64_t> target_shape = {};
  FIELDS(target_shape)
};

namespace layers {

// The elements in order under another shape; one length of target_shape may be -1.
// Inputs:   x (batch, ...), any dtype.   Outputs: y (batch, target_shape...).
// Errors:   InvalidArgument when the numbers of elements differ.
// Source:   Keras 3 `Reshape`.
class Reshape : public LayerWith<Reshape, ReshapeConfig> {
 public:
  static constexpr std::string_view kClassName = "Reshape";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using Reshape = LayerOf<layers::Reshape>;

}  // namespace tricorn::keras
