#include "core/keras/layers/preprocessing/vocabulary.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/base/status.h"

namespace tricorn::keras {

absl::Status Vocabulary::Set(std::vector<std::string> tokens) {
  std::vector<std::string> special;
  if (options_.mask_token) special.push_back(*options_.mask_token);
  special.insert(special.end(), static_cast<size_t>(options_.num_oov_indices), options_.oov_token);
  if (tokens.size() >= special.size() &&
      std::equal(special.begin(), special.end(), tokens.begin())) {
    tokens.erase(tokens.begin(), tokens.begin() + static_cast<int64_t>(special.size()));
  }
  if (tokens.empty()) return InvalidArgument("vocabulary: expected tokens, received none");
  const int64_t count = first_known() + static_cast<int64_t>(tokens.size());
  if (options_.max_tokens && count > *options_.max_tokens) {
    return InvalidArgument("vocabulary: expected at most {} tokens, received {}",
                           *options_.max_tokens, count);
  }
  absl::flat_hash_map<std::string, int64_t> indices;
  for (const std::string& token : tokens) {
    const bool reserved =
        token == options_.mask_token || (options_.inverted && token == options_.oov_token);
    const auto index = first_known() + static_cast<int64_t>(indices.size());
    if (reserved || !indices.emplace(token, index).second) {
      return InvalidArgument(
          "vocabulary: expected each token once, and special ones first, "
          "received '{}' {}",
          token, reserved ? "after others" : "twice");
    }
  }
  tokens_ = std::move(tokens);
  indices_ = std::move(indices);
  return absl::OkStatus();
}

std::optional<int64_t> Vocabulary::IndexOf(std::string_view token) const {
  const auto it = indices_.find(std::string(token));
  return it == indices_.end() ? std::nullopt : std::optional<int64_t>(it->second);
}

const std::string& Vocabulary::TokenAt(int64_t index) const {
  if (index == 0 && options_.mask_token) return *options_.mask_token;
  const int64_t at = index - first_known();
  const bool known = at >= 0 && at < static_cast<int64_t>(tokens_.size());
  return known ? tokens_[static_cast<size_t>(at)] : options_.oov_token;
}

std::vector<std::string> Vocabulary::All() const {
  std::vector<std::string> all;
  if (tokens_.empty()) return all;
  for (int64_t i = 0; i < size(); ++i) all.push_back(TokenAt(i));
  return all;
}

void TokenCounts::AddDocument(const std::vector<std::string>& tokens) {
  ++documents_;
  std::set<std::string_view> seen;
  for (const std::string& token : tokens) {
    Count& count = counts_[token];
    ++count.total;
    if (seen.insert(token).second) ++count.documents;
  }
}

TokenCounts::Learned TokenCounts::MostFrequent(std::optional<int64_t> max_count,
                                               bool by_value) const {
  std::vector<std::pair<std::string, Count>> sorted(counts_.begin(), counts_.end());
  std::stable_sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) {
    if (a.second.total != b.second.total) return a.second.total > b.second.total;
    return by_value ? std::stoll(a.first) > std::stoll(b.first) : a.first > b.first;
  });
  if (max_count && static_cast<int64_t>(sorted.size()) > *max_count) {
    sorted.resize(static_cast<size_t>(std::max<int64_t>(*max_count, 0)));
  }
  Learned learned;
  for (const auto& [token, count] : sorted) {
    learned.tokens.push_back(token);
    learned.idf.push_back(
        std::log(1 + static_cast<double>(documents_) / (1 + static_cast<double>(count.documents))));
  }
  return learned;
}

}  // namespace tricorn::keras
