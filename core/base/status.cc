#include "core/base/status.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/cord.h"

namespace tricorn {
namespace internal {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace internal

absl::Status WithSubject(const absl::Status& status, std::string_view subject) {
  if (status.ok()) return status;
  absl::Status named(status.code(), fmt::format("{}: {}", subject, std::string(status.message())));
  status.ForEachPayload([&](absl::string_view type_url, const absl::Cord& payload) {
    named.SetPayload(type_url, payload);
  });
  return named;
}

}  // namespace tricorn
