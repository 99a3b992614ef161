#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/encode_categories.h"

namespace tricorn::keras {

struct CategoryEncodingConfig {
  int64_t num_tokens = 0;
  CategoryOutput output_mode = CategoryOutput::kMultiHot;
  bool sparse = false;
  FIELDS(num_tokens, output_mode, sparse)
};

namespace layers {

// One-hot, multi-hot or counted integers (EncodeCategories).
// Inputs:   x (batch, ...), integers within [0, num_tokens); count_weights, of x's shape: a number
//           for each integer that counts in place of 1.
// Outputs:  (batch, ..., num_tokens), in the compute dtype.
// Errors:   InvalidArgument unless num_tokens is positive, and for weights in another mode than
//           count; Unimplemented for sparse outputs.
// Source:   Keras 3 `CategoryEncoding`.
class CategoryEncoding : public LayerWith<CategoryEncoding, CategoryEncodingConfig> {
 public:
  static constexpr std::string_view kClassName = "CategoryEncoding";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  bool autocast() const override { return false; }
};

}  // namespace layers

using CategoryEncoding = LayerOf<layers::CategoryEncoding>;

}  // namespace tricorn::keras
