#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace re2 {
class RE2;
}

namespace tricorn::keras {

// A regular expression that chooses weights by path, matched in time linear in the path: Python's
// syntax without backreferences and lookaround.
class PathPattern {
 public:
  // Errors: InvalidArgument for another syntax, or a pattern that is too large.
  static absl::StatusOr<PathPattern> Parse(const std::string& pattern);

  bool MatchesAll(const std::string& path) const;
  bool FoundIn(const std::string& path) const;

 private:
  std::shared_ptr<const re2::RE2> compiled_;
};

}  // namespace tricorn::keras
