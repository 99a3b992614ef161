#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/comm/failure.h"
#include "core/comm/process_handle.h"
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

  // Internal, which ends the group, unless every member's step, which all have entered, is about
  // `nbytes`.
  absl::Status ExpectAll(uint32_t step, int64_t nbytes);

  // From any thread.
  void Abort(const absl::Status& error);

  absl::Status status() const { return failure_.status(); }

  // As ComposableGroup's.
  absl::Status Check() const { return FindFailure(); }
  void SetWatch(std::function<absl::Status()> watch) { watch_ = std::move(watch); }

 private:
  Peers(int member, std::vector<int> ranks) : member_(member), ranks_(std::move(ranks)) {}

  absl::Status WaitFor(const SharedCounter& counter, uint32_t target);
  // Why the wait cannot end well, if so. A member that ended or left may first have done its part,
  // so the caller looks at what it waits for once more.
  absl::Status FindFailure() const;
  absl::Status FindAbort() const;  // what a member said when it aborted
  absl::Status FindEnd() const;    // a member that died or left
  void WakeEverybody();

  const int member_;
  const std::vector<int> ranks_;
  std::vector<Segment> segments_;
  std::vector<ProcessHandle> processes_;
  std::function<absl::Status()> watch_ = [] { return absl::OkStatus(); };
  Failure failure_;
  Mutex abort_mu_;  // one Abort at a time writes to the header
};

}  // namespace tricorn::comm
