#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "server/log/event_log.h"

namespace tricorn::simulation {

// A log that survives the coordinator, but not always takes what it is given.
class MemoryLog : public server::EventLog {
 public:
  // `refuses` is asked before each batch.
  explicit MemoryLog(std::function<bool()> refuses) : refuses_(std::move(refuses)) {}

  absl::Status Append(const server::LogBatch& batch) override {
    if (refuses_()) return absl::ResourceExhaustedError("log: the disk is full");
    for (const std::string& event : batch.events) contents_.events.push_back(event);
    for (const std::string& job_id : batch.deleted_feeds) feeds_.erase(job_id);
    for (const server::FeedRow& row : batch.feed) feeds_[row.job_id][row.sequence] = row.event;
    return absl::OkStatus();
  }
  absl::StatusOr<server::LogContents> Read() override { return contents_; }
  absl::Status Compact(const std::string& snapshot) override {
    if (refuses_()) return absl::ResourceExhaustedError("log: the disk is full");
    contents_ = {snapshot, {}};
    return absl::OkStatus();
  }
  absl::StatusOr<std::vector<server::FeedRow>> ReadFeed(const std::string& job_id, int64_t sequence,
                                                        int limit) override {
    std::vector<server::FeedRow> rows;
    auto& feed = feeds_[job_id];
    for (auto it = feed.upper_bound(sequence); it != feed.end(); ++it) {
      if (static_cast<int>(rows.size()) == limit) break;
      rows.push_back({job_id, it->first, it->second});
    }
    return rows;
  }

 private:
  const std::function<bool()> refuses_;
  server::LogContents contents_;
  std::map<std::string, std::map<int64_t, std::string>> feeds_;
};

}  // namespace tricorn::simulation
