#include "core/keras/optimizers/path_pattern.h"

#include <re2/re2.h>

#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<PathPattern> PathPattern::Parse(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  PathPattern parsed;
  parsed.compiled_ = std::make_shared<const re2::RE2>(pattern, options);
  if (!parsed.compiled_->ok()) {
    return InvalidArgument("'{}': expected a regular expression, received one with: {}", pattern,
                           parsed.compiled_->error());
  }
  return parsed;
}

bool PathPattern::MatchesAll(const std::string& path) const {
  return re2::RE2::FullMatch(path, *compiled_);
}

bool PathPattern::FoundIn(const std::string& path) const {
  return re2::RE2::PartialMatch(path, *compiled_);
}

}  // namespace tricorn::keras
