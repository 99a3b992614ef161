#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/comm/factory/create_communicator.h"
#include "core/comm/shard_tree.h"

namespace tricorn::comm {

// What every rank tells the others before they connect.
struct Roster {
  std::vector<ShardRange> shards;     // by rank
  std::vector<std::string> host_ids;  // by rank

  // Ranks of each host, hosts in the order of their first ranks.
  std::vector<std::vector<int>> RanksByHost() const;
};

// The prefix of the store's keys in this generation.
std::string StorePrefix(const CommunicatorOptions& options);

// Publishes this rank and waits for the others.
absl::StatusOr<Roster> ExchangeRoster(const CommunicatorOptions& options, absl::Time deadline);

}  // namespace tricorn::comm
