#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"

namespace tricorn::keras {

struct VocabularyOptions {
  std::optional<std::string> mask_token = std::nullopt;  // of index 0
  int64_t num_oov_indices = 1;
  std::string oov_token = "";
  std::optional<int64_t> max_tokens = std::nullopt;  // all together
  bool inverted = false;  // whether the unknown token must not be a known one
};

// Tokens with their indices: a place for masked ones first (if there is one), then those that stand
// for all unknown tokens, then the known ones in order.
class Vocabulary {
 public:
  explicit Vocabulary(VocabularyOptions options = {}) : options_(std::move(options)) {}

  // `tokens`: the known ones, with or without the special ones before them.
  // Errors: InvalidArgument for no token, one that comes twice, special ones out of place, or more
  // than max_tokens.
  absl::Status Set(std::vector<std::string> tokens);

  bool empty() const { return tokens_.empty(); }
  int64_t size() const { return first_known() + static_cast<int64_t>(tokens_.size()); }
  int64_t first_oov() const { return options_.mask_token ? 1 : 0; }
  int64_t first_known() const { return first_oov() + options_.num_oov_indices; }
  const std::vector<std::string>& known() const { return tokens_; }
  // The known token's index, or none.
  std::optional<int64_t> IndexOf(std::string_view token) const;
  // The unknown token's text for an index that no token has.
  const std::string& TokenAt(int64_t index) const;
  // By index, with the special ones.
  std::vector<std::string> All() const;

 private:
  VocabularyOptions options_;
  std::vector<std::string> tokens_;
  absl::flat_hash_map<std::string, int64_t> indices_;
};

// Counts tokens over documents, to make a vocabulary of the most frequent.
class TokenCounts {
 public:
  void AddDocument(const std::vector<std::string>& tokens);
  void Forget(std::string_view token) { counts_.erase(std::string(token)); }

  struct Learned {
    std::vector<std::string> tokens;  // the most frequent first; of equal ones the greater
    std::vector<double> idf;          // log(1 + documents / (1 + documents with the token))
  };
  // `by_value`: tokens compare as integers, not as text.
  Learned MostFrequent(std::optional<int64_t> max_count, bool by_value) const;

 private:
  struct Count {
    int64_t total = 0;
    int64_t documents = 0;
  };
  std::map<std::string, Count> counts_;
  int64_t documents_ = 0;
};

}  // namespace tricorn::keras
