#pragma once

#include <optional>
#include <vector>

#include "core/keras/layers/preprocessing/encode_categories.h"
#include "core/keras/layers/preprocessing/hash_bucket.h"
#include "core/keras/layers/preprocessing/host_layer.h"
#include "core/keras/layers/preprocessing/vocabulary.h"

namespace tricorn::keras {

// A layer that turns tokens into indices by a vocabulary, or back: StringLookup, IntegerLookup and
// what is inside TextVectorization. The vocabulary comes with the config, from an archive's
// vocabulary.txt, or from adapt.
class LookupLayer : public HostLayer {
 public:
  using HostLayer::HostLayer;

  // By index, with the special tokens. Integers in decimal.
  std::vector<std::string> GetVocabulary() const { return vocabulary_.All(); }
  int64_t vocabulary_size() const { return vocabulary_.size(); }
  // idf_weights: of tf_idf, one a token, special ones left out (they get the mean).
  // Errors: those of Vocabulary::Set; InvalidArgument for weights without that mode or without
  // which that mode is.
  absl::Status SetVocabulary(std::vector<std::string> tokens,
                             const std::vector<double>& idf_weights = {});
  // Learns the most frequent tokens of all batches, of which each row is a document (each element
  // of a vector).
  // Errors: FailedPrecondition for a layer whose config gives a vocabulary.
  absl::Status Adapt(std::span<const HostValue> batches);

  using HostLayer::Apply;
  absl::StatusOr<HostValue> Apply(std::span<const HostValue> inputs) const override;

  Assets SaveAssets() const override;
  absl::Status LoadAssets(const Assets& files) override;

 protected:
  struct Options {
    std::optional<int64_t> max_tokens = std::nullopt;
    int64_t num_oov_indices = 1;
    std::optional<std::string> mask_token = std::nullopt;
    std::string oov_token = "";
    std::vector<std::string> vocabulary = {};  // of the config; empty when none
    std::vector<double> idf_weights = {};
    bool invert = false;
    CategoryOutput output_mode = CategoryOutput::kInt;
    bool pad_to_max_tokens = false;
    HashSalt salt = {};
    bool integers = false;    // tokens are
    bool oov_by_hash = true;  // several unknown indices: by hash, else by remainder
  };
  // Errors: InvalidArgument for arguments that do not go together, and those of the vocabulary.
  absl::Status SetOptions(Options options);
  const Options& options() const { return options_; }
  const Vocabulary& vocabulary() const { return vocabulary_; }

  absl::StatusOr<int64_t> IndexOf(const std::string& token) const;
  // The number of indices that encodings count.
  absl::StatusOr<int64_t> Depth() const;
  absl::StatusOr<Tensor> Encode(const Tensor& indices) const;
  absl::Status Learn(const std::vector<std::vector<std::string>>& documents);

  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  absl::StatusOr<SymbolicType> OutputType(std::span<const SymbolicType> inputs) const override;

 private:
  absl::StatusOr<HostValue> Invert(const HostValue& input) const;

  Options options_;
  Vocabulary vocabulary_;
  std::vector<double> idf_;  // by index
};

}  // namespace tricorn::keras
