#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct RepeatVectorConfig {
  int64_t n = 1;
  FIELDS(n)
};

namespace layers {

// Inputs:   x (batch, features), any dtype.   Outputs: y (batch, n, features), each step x.
// Errors:   InvalidArgument unless n is positive.
// Source:   Keras 3 `RepeatVector`.
class RepeatVector : public LayerWith<RepeatVector, RepeatVectorConfig> {
 public:
  static constexpr std::string_view kClassName = "RepeatVector";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using RepeatVector = LayerOf<layers::RepeatVector>;

}  // namespace tricorn::keras
