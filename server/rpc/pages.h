#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace tricorn::server {

// How many entries a page has. Errors: InvalidArgument when `requested` is negative.
absl::StatusOr<int> PageSize(int requested);

// A token that is a number. Errors: InvalidArgument for what no page gave.
absl::StatusOr<int64_t> NumberOfToken(std::string_view token);

// One page of a map keyed by id: calls emit(id, record) for each entry after `token`, and sets
// `next_token` when there are more.
template <typename Map, typename Emit>
absl::Status EmitPage(const Map& map, int requested_size, const std::string& token,
                      const Emit& emit, std::string* next_token) {
  const absl::StatusOr<int> size = PageSize(requested_size);
  if (!size.ok()) return size.status();
  int emitted = 0;
  std::string last;
  for (auto it = map.upper_bound(token); it != map.end(); ++it) {
    if (emitted == *size) {
      *next_token = last;
      break;
    }
    emit(it->first, it->second);
    last = it->first;
    ++emitted;
  }
  return absl::OkStatus();
}

}  // namespace tricorn::server
