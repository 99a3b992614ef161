#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "core/comm/failure.h"
#include "core/comm/shm/process_handle.h"
#include "core/comm/shm/segment.h"
#include "core/comm/shm/shm_group.h"

namespace tricorn::comm {

// The segments of all members, and who of them is still there.
class Peers {
 public:
  static absl::StatusOr<std::unique_ptr<Peers>> Connect(const ShmOptions& options);
  ~Peers();  // tells the others that this member left

  const Segment& segment(int member) const { return segments_[member]; }
  const Segment& own() const { return segments_[member_]; }

  // Waits until `counter` of every member has reached `target`: spins, then sleeps, looking at
  // every member's state at least every 20 ms.
  absl::Status WaitForAll(SharedCounter SegmentHeader::*counter, uint32_t target);

  // From any thread.
  void Abort(const absl::Status& error);

  absl::Status status() const { return failure_.status(); }

 private:
  Peers(int member, std::vector<int> ranks) : member_(member), ranks_(std::move(ranks)) {}

  absl::Status WaitFor(const SharedCounter& counter, uint32_t target);
  // Why the wait cannot end well, if so. A member that ended or left may first have done its part,
  // so the caller looks at what it waits for once more.
  absl::Status FindFailure() const;
  std::string Describe(int member) const;
  void WakeEverybody();

  const int member_;
  const std::vector<int> ranks_;
  std::vector<Segment> segments_;
  std::vector<ProcessHandle> processes_;
  Failure failure_;
  absl::Mutex abort_mu_;  // one Abort at a time writes to the header
};

}  // namespace tricorn::comm
