#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/preprocessing/lookup_layer.h"

namespace tricorn::keras {

// A number n stands for all widths from 1 to n; a list for its own.
struct TextVectorizationConfig {
  std::optional<int64_t> max_tokens = std::nullopt;
  std::optional<std::string> standardize = "lower_and_strip_punctuation";
  std::optional<std::string> split = "whitespace";
  Json ngrams = nullptr;
  CategoryOutput output_mode = CategoryOutput::kInt;
  std::optional<int64_t> output_sequence_length = std::nullopt;
  bool pad_to_max_tokens = false;
  std::optional<std::vector<std::string>> vocabulary = std::nullopt;
  std::optional<std::vector<double>> idf_weights = std::nullopt;
  bool sparse = false;
  bool ragged = false;
  std::string encoding = "utf-8";
  std::optional<int64_t> vocabulary_size = std::nullopt;
  FIELDS(max_tokens, standardize, split, ngrams, output_mode, output_sequence_length,
         pad_to_max_tokens, vocabulary, idf_weights, sparse, ragged, encoding, vocabulary_size)
};

namespace layers {

// Texts as indices of their words: each text is standardized (ASCII letters lowered, punctuation
// removed), split into tokens (at white space, or into UTF-8 characters), joined into n-grams, and
// looked up ("" has index 0, unknown tokens 1).
// Inputs:   strings (batch,) or (batch, 1).
// Outputs:  int64 (batch, length), with 0 after a text's end; length: that of the longest text, or
//           output_sequence_length. In other modes (batch, tokens), float32.
// Errors:   InvalidArgument for arguments that do not go together; Unimplemented for sparse and
//           ragged outputs and for functions of the user's as standardize or split.
// Source:   Keras 3 `TextVectorization`.
class TextVectorization
    : public LayerWith<TextVectorization, TextVectorizationConfig, LookupLayer> {
 public:
  static constexpr std::string_view kClassName = "TextVectorization";
  explicit TextVectorization(TextVectorizationConfig config = {}, LayerOptions options = {});

  // Learns a vocabulary from texts; each is a document.
  absl::Status Adapt(const std::vector<std::string>& texts);
  // The tokens of a text.
  std::vector<std::string> Tokenize(std::string_view text) const;

  using LookupLayer::Apply;
  absl::StatusOr<HostValue> Apply(std::span<const HostValue> inputs) const override;
  Json GetConfig() const override;
  // Twice: Keras reads the table inside as a layer of its own.
  Assets SaveAssets() const override;

 protected:
  absl::Status CheckConfig() const override { return status_; }
  absl::StatusOr<SymbolicType> OutputType(std::span<const SymbolicType> inputs) const override;

 private:
  absl::Status ReadWidths();

  absl::Status status_;
  std::vector<int64_t> widths_;  // of n-grams; empty: none are made
};

}  // namespace layers

using TextVectorization = LayerOf<layers::TextVectorization>;

}  // namespace tricorn::keras
