#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/lookup_layer.h"

namespace tricorn::keras {

struct StringLookupConfig {
  std::optional<int64_t> max_tokens = std::nullopt;
  int64_t num_oov_indices = 1;
  std::optional<std::string> mask_token = std::nullopt;
  std::string oov_token = "[UNK]";
  std::optional<std::vector<std::string>> vocabulary = std::nullopt;
  std::optional<std::vector<double>> idf_weights = std::nullopt;
  bool invert = false;
  CategoryOutput output_mode = CategoryOutput::kInt;
  bool pad_to_max_tokens = false;
  bool sparse = false;
  std::string encoding = "utf-8";
  HashSalt salt = {};
  std::string oov_method = "floormod";
  std::optional<int64_t> vocabulary_size = std::nullopt;
  FIELDS(max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, idf_weights, invert,
         output_mode, pad_to_max_tokens, sparse, encoding, salt, oov_method, vocabulary_size)
};

namespace layers {

// Indices of strings, or with invert strings of indices.
// Inputs:   strings (batch, ...); with invert integers.
// Outputs:  int64 as the input, or as output_mode says (EncodeCategories) in float32; tf_idf:
// counts
//           times idf_weights.
// Errors:   InvalidArgument for arguments that do not go together; Unimplemented for sparse
// outputs. Source:   Keras 3 `StringLookup`.
class StringLookup : public LayerWith<StringLookup, StringLookupConfig, LookupLayer> {
 public:
  static constexpr std::string_view kClassName = "StringLookup";
  explicit StringLookup(StringLookupConfig config = {}, LayerOptions options = {});

  Json GetConfig() const override;

 protected:
  absl::Status CheckConfig() const override { return status_; }

 private:
  absl::Status status_;
};

}  // namespace layers

using StringLookup = LayerOf<layers::StringLookup>;

}  // namespace tricorn::keras
