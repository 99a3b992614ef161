#include "server/rpc/pages.h"

#include <algorithm>
#include <charconv>

#include "core/base/status.h"

namespace tricorn::server {
namespace {

constexpr size_t kMaxPageBytes = 512 << 10;  // well below what any client or server takes

}  // namespace

absl::StatusOr<PageLimit> PageLimit::Create(int requested) {
  if (requested < 0)
    return InvalidArgument("page_size: expected 0 to 1000, received {}", requested);
  return PageLimit(requested == 0 ? 100 : std::min(requested, 1000));
}

bool PageLimit::Admit(size_t nbytes) {
  const bool is_first = nbytes_ == 0;
  nbytes_ += nbytes;
  return entries_left_-- > 0 && (is_first || nbytes_ <= kMaxPageBytes);
}

absl::StatusOr<int64_t> NumberOfToken(std::string_view token) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), number);
  if (error == std::errc() && end == token.data() + token.size()) return number;
  return InvalidArgument("page_token: expected one from the page before, received '{}'",
                         token.substr(0, 100));
}

}  // namespace tricorn::server
