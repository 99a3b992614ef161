#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::server {

// When a page is full: it has as many entries as requested, or they are large.
class PageLimit {
 public:
  // `requested`: 0 for the default. Errors: InvalidArgument when it is negative.
  static absl::StatusOr<PageLimit> Create(int requested);
  // Whether an entry of `nbytes` still belongs to the page; the first one does.
  bool Admit(size_t nbytes);

 private:
  explicit PageLimit(int entries) : entries_left_(entries) {}

  int entries_left_;
  size_t nbytes_ = 0;
};

// A token that is a number. Errors: InvalidArgument for what no page gave.
absl::StatusOr<int64_t> NumberOfToken(std::string_view token);

// One page of a map of messages keyed by id: calls emit(id, record) for each entry after `token`,
// and sets `next_token` when there are more.
template <typename Map, typename Emit>
absl::Status EmitPage(const Map& map, int requested_size, const std::string& token,
                      const Emit& emit, std::string* next_token) {
  absl::StatusOr<PageLimit> limit = PageLimit::Create(requested_size);
  if (!limit.ok()) return limit.status();
  std::string last;
  for (auto it = map.upper_bound(token); it != map.end(); ++it) {
    if (!limit->Admit(it->second.ByteSizeLong())) {
      *next_token = last;
      break;
    }
    emit(it->first, it->second);
    last = it->first;
  }
  return absl::OkStatus();
}

}  // namespace tricorn::server
