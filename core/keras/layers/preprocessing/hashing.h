#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/encode_categories.h"
#include "core/keras/layers/preprocessing/hash_bucket.h"
#include "core/keras/layers/preprocessing/host_layer.h"

namespace tricorn::keras {

// mask_value: a string or an integer.
struct HashingConfig {
  int64_t num_bins = 0;
  HashSalt salt = {};
  Json mask_value = nullptr;
  CategoryOutput output_mode = CategoryOutput::kInt;
  bool sparse = false;
  FIELDS(num_bins, salt, mask_value, output_mode, sparse)
};

namespace layers {

// The bin of each string or integer, by FarmHash or, with a salt, SipHash; a mask_value has bin 0
// to itself. Integers hash as their decimal text, as in TensorFlow. Inputs:   strings or numbers
// (batch, ...).   Outputs: as output_mode says (EncodeCategories). Errors:   InvalidArgument unless
// num_bins is positive; Unimplemented for sparse outputs. Source:   Keras 3 `Hashing`.
class Hashing : public LayerWith<Hashing, HashingConfig, HostLayer> {
 public:
  static constexpr std::string_view kClassName = "Hashing";
  using LayerWith::LayerWith;

  using HostLayer::Apply;
  absl::StatusOr<HostValue> Apply(std::span<const HostValue> inputs) const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  absl::StatusOr<SymbolicType> OutputType(std::span<const SymbolicType> inputs) const override;

 private:
  absl::Status Check() const;
  DType output_dtype() const;
};

}  // namespace layers

using Hashing = LayerOf<layers::Hashing>;

}  // namespace tricorn::keras
