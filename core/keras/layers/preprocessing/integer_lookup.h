#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/lookup_layer.h"

namespace tricorn::keras {

struct IntegerLookupConfig {
  std::optional<int64_t> max_tokens = std::nullopt;
  int64_t num_oov_indices = 1;
  std::optional<int64_t> mask_token = std::nullopt;
  int64_t oov_token = -1;
  std::optional<std::vector<int64_t>> vocabulary = std::nullopt;
  std::string vocabulary_dtype = "int64";
  std::optional<std::vector<double>> idf_weights = std::nullopt;
  bool invert = false;
  CategoryOutput output_mode = CategoryOutput::kInt;
  bool sparse = false;
  bool pad_to_max_tokens = false;
  std::string oov_method = "floormod";
  HashSalt salt = {};
  std::optional<int64_t> vocabulary_size = std::nullopt;
  FIELDS(max_tokens, num_oov_indices, mask_token, oov_token, vocabulary, vocabulary_dtype,
         idf_weights, invert, output_mode, sparse, pad_to_max_tokens, oov_method, salt,
         vocabulary_size)
};

namespace layers {

// Indices of integers by a vocabulary, or with invert integers of indices. Several unknown indices
// share by the remainder, or with oov_method "farmhash" by the hash of the decimal text. It runs in
// a model's graph too, but for hashes.
// Inputs:   integers (batch, ...).
// Outputs:  int64 as the input, or as output_mode says (EncodeCategories) in float32.
// Errors:   InvalidArgument for arguments that do not go together; Unimplemented for sparse
// outputs. Source:   Keras 3 `IntegerLookup`.
class IntegerLookup : public LayerWith<IntegerLookup, IntegerLookupConfig, LookupLayer> {
 public:
  static constexpr std::string_view kClassName = "IntegerLookup";
  explicit IntegerLookup(IntegerLookupConfig config = {}, LayerOptions options = {});

  Json GetConfig() const override;

 protected:
  absl::Status CheckConfig() const override { return status_; }
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  ir::Value IndicesOf(ir::Value x) const;
  ir::Value IntegersOf(ir::Value indices) const;

  absl::Status status_;
};

}  // namespace layers

using IntegerLookup = LayerOf<layers::IntegerLookup>;

}  // namespace tricorn::keras
