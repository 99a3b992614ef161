#pragma once

#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

struct PermuteConfig {
  std::vector<int64_t> dims = {};
  FIELDS(dims)
};

namespace layers {

// Axis k of y is axis dims[k - 1] of x; the batch stays first, dims count from 1.
// Inputs:   x (batch, ...), any dtype.   Outputs: y, permuted.
// Errors:   InvalidArgument unless dims are a permutation of 1 to n.
// Source:   Keras 3 `Permute`.
class Permute : public LayerWith<Permute, PermuteConfig> {
 public:
  static constexpr std::string_view kClassName = "Permute";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
};

}  // namespace layers

using Permute = LayerOf<layers::Permute>;

}  // namespace tricorn::keras
