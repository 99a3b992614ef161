#include "core/backend/cuda/libraries/choice_cache.h"

#include <charconv>

#include "core/base/env.h"
#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {

std::string ChoiceCache::PathOf(std::string_view question) const {
  Sha256 hash;
  hash.Update(question);
  return JoinPath(directory_, hash.HexDigest() + ".choice");
}

std::optional<int64_t> ChoiceCache::Find(std::string_view question) const {
  const absl::MutexLock lock(&mu_);
  const auto known = answers_.find(std::string(question));
  if (known != answers_.end()) return known->second;
  const std::optional<int64_t> read = Read(question);
  if (read) answers_.emplace(std::string(question), *read);
  return read;
}

std::optional<int64_t> ChoiceCache::Read(std::string_view question) const {
  if (directory_.empty()) return std::nullopt;
  const absl::StatusOr<std::string> text = Env::Posix().ReadFile(PathOf(question));
  if (!text.ok()) return std::nullopt;
  int64_t answer = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), answer);
  if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return answer;
}

void ChoiceCache::Keep(std::string_view question, int64_t answer) const {
  if (Find(question)) return;
  const absl::MutexLock lock(&mu_);
  answers_.emplace(std::string(question), answer);
  // Where nothing can be written the next process measures again.
  if (directory_.empty() || !Env::Posix().MakeDirectories(directory_).ok()) return;
  Env::Posix().WriteFileAtomically(PathOf(question), fmt::format("{}", answer)).IgnoreError();
}

}  // namespace tricorn::backend::cuda
