#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/log.h"
#include "server/log/event_log.h"
#include "server/state/transition.h"

namespace tricorn::server {

struct MachineOptions {
  absl::Duration lease_duration = absl::Seconds(10);
  absl::Duration unreferenced_blob_ttl = absl::Hours(24);
  // The log is compacted after so many events or bytes: a restart reads them all.
  int64_t events_per_snapshot = 20'000;
  int64_t bytes_per_snapshot = int64_t{256} << 20;
};

// The state, its log and what may be forgotten in a crash: leases and the use of deployments. Holds
// no thread and reads no clock, so that simulation runs it too.
class Machine {
 public:
  // Rebuilds the state from the log. Every worker gets a new lease: it may have been the
  // coordinator that was away.
  static absl::StatusOr<std::unique_ptr<Machine>> Recover(EventLog& log,
                                                          const MachineOptions& options,
                                                          const Logger& logger, absl::Time now);

  const State& state() const { return state_; }

  // Applies events in order and logs them together; the effects say what happened to each. When
  // the log fails, nothing has happened: every status is the log's, with reason LOG_UNAVAILABLE.
  std::vector<Effects> Commit(const std::vector<Event>& events, absl::Time now);

  // Renews a worker's lease. `running` are the assignments whose processes run.
  // Errors: NotFound with reason UNKNOWN_WORKER.
  absl::Status Heartbeat(const std::string& worker_id, const std::string& incarnation,
                         const std::vector<std::string>& running, absl::Time now);
  void UseDeployment(const std::string& deployment_id, absl::Time now);
  // For `duration` nobody could be heard: it does not count.
  void ExtendLeases(absl::Duration duration);

  // Events that are due because time has passed: lost workers, vanished processes, idle
  // deployments, forgotten blobs, ticks.
  std::vector<Event> Due(absl::Time now);

  // When the worker was last heard of; InfinitePast if not since the start.
  absl::Time LastHeard(const std::string& worker_id) const;

 private:
  struct Lease {
    std::string incarnation;
    absl::Time deadline;
    absl::Time last_heard = absl::InfinitePast();
    // Assignments missing from the last heartbeat, though long assigned.
    std::vector<std::string> missing;
    std::vector<std::string> vanished;  // missing twice
  };

  Machine(EventLog& log, const MachineOptions& options, const Logger& logger)
      : log_(log), options_(options), logger_(logger) {}
  absl::Status Replay();
  void RenewAllLeases(absl::Time now);
  void CompactIfLong();

  EventLog& log_;
  const MachineOptions options_;
  const Logger logger_;
  State state_;
  // The log has refused the last batch.
  bool log_refuses_ = false;
  absl::Time recover_time_;
  int64_t events_since_snapshot_ = 0;
  int64_t bytes_since_snapshot_ = 0;
  std::map<std::string, Lease> leases_;
  std::map<std::string, absl::Time> last_use_;
};

}  // namespace tricorn::server
