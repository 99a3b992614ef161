#include "server/rpc/pages.h"

#include <algorithm>
#include <charconv>

#include "core/base/status.h"

namespace tricorn::server {

absl::StatusOr<int> PageSize(int requested) {
  if (requested < 0)
    return InvalidArgument("page_size: expected 0 to 1000, received {}", requested);
  return requested == 0 ? 100 : std::min(requested, 1000);
}

absl::StatusOr<int64_t> NumberOfToken(std::string_view token) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (error == std::errc() && end == token.data() + token.size()) return number;
  return InvalidArgument("page_token: expected one from the page before, received '{}'",
                         token.substr(0, 100));
}

}  // namespace tricorn::server
