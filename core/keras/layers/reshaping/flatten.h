#pragma once

#include "core/keras/layers/data_format.h"
#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct FlattenConfig {
  DataFormat data_format = DefaultDataFormat();
  FIELDS(data_format)
};

namespace layers {

// All axes but the first as one; channels_first inputs are taken channels last.
// Inputs:   x (batch, ...), any dtype.   Outputs: y (batch, product of the rest).
// Source:   Keras 3 `Flatten`.
class Flatten : public LayerWith<Flatten, FlattenConfig> {
 public:
  static constexpr std::string_view kClassName = "Flatten";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using Flatten = LayerOf<layers::Flatten>;

}  // namespace tricorn::keras
