#include "core/comm/factory/roster.h"

#include <algorithm>
#include <cstdio>

#include "core/base/status.h"

namespace tricorn::comm {

std::vector<std::vector<int>> Roster::RanksByHost() const {
  std::vector<std::vector<int>> hosts;
  for (int rank = 0; rank < static_cast<int>(host_ids.size()); ++rank) {
    const auto host = std::find_if(hosts.begin(), hosts.end(), [&](const std::vector<int>& ranks) {
      return host_ids[ranks.front()] == host_ids[rank];
    });
    if (host == hosts.end()) {
      hosts.push_back({rank});
    } else {
      host->push_back(rank);
    }
  }
  return hosts;
}

std::string StorePrefix(const CommunicatorOptions& options) {
  const std::string prefix = fmt::format("comm/{}", options.generation);
  return options.channel.empty() ? prefix : fmt::format("{}/{}", prefix, options.channel);
}

absl::StatusOr<Roster> ExchangeRoster(const CommunicatorOptions& options, absl::Time deadline) {
  const auto key = [&options](int rank) {
    return fmt::format("{}/rank/{}", StorePrefix(options), rank);
  };
  RETURN_IF_ERROR(options.store->Set(
      key(options.rank),
      fmt::format("{} {} {}", options.shards.first, options.shards.last, options.host_id)));
  Roster roster;
  for (int rank = 0; rank < options.size; ++rank) {
    const auto text = options.store->Get(key(rank), deadline);
    if (!text.ok()) return WithSubject(text.status(), fmt::format("rank {} did not join", rank));
    ShardRange shards;
    int host_at = 0;
    if (std::sscanf(text->c_str(), "%d %d %n", &shards.first, &shards.last, &host_at) != 2) {
      return InvalidArgument("rank {}: expected 'first last host', received '{}'", rank, *text);
    }
    roster.shards.push_back(shards);
    roster.host_ids.push_back(text->substr(host_at));
  }
  return roster;
}

}  // namespace tricorn::comm
