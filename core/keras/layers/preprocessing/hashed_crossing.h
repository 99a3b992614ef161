#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/encode_categories.h"
#include "core/keras/layers/preprocessing/host_layer.h"

namespace tricorn::keras {

struct HashedCrossingConfig {
  int64_t num_bins = 0;
  CategoryOutput output_mode = CategoryOutput::kInt;
  bool sparse = false;
  FIELDS(num_bins, output_mode, sparse)
};

namespace layers {

// The bin of each combination of the inputs' values: FarmHash of a string, an integer itself, mixed
// in order.
// Inputs:   two or more of strings or integers, all of shape (batch,) or (batch, 1).
// Outputs:  bins as the inputs, or one_hot (batch, num_bins).
// Errors:   InvalidArgument unless num_bins is positive and the inputs are of one such shape.
// Source:   Keras 3 `HashedCrossing`, TensorFlow `SparseCross`.
class HashedCrossing : public LayerWith<HashedCrossing, HashedCrossingConfig, HostLayer> {
 public:
  static constexpr std::string_view kClassName = "HashedCrossing";
  using LayerWith::LayerWith;

  using HostLayer::Apply;
  absl::StatusOr<HostValue> Apply(std::span<const HostValue> inputs) const override;
  // Without "trainable", and with a dtype by name: what Keras's class takes.
  Json GetConfig() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  absl::StatusOr<SymbolicType> OutputType(std::span<const SymbolicType> inputs) const override;

 private:
  absl::Status Check() const;
  DType output_dtype() const;
};

}  // namespace layers

using HashedCrossing = LayerOf<layers::HashedCrossing>;

}  // namespace tricorn::keras
