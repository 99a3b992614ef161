#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/comm/shm/shared_counter.h"
#include "core/comm/unique_fd.h"

namespace tricorn::comm {

// The start of a member's segment: what it tells the other members.
struct SegmentHeader {
  enum State : uint32_t { kRunning = 0, kAborted = 1, kLeft = 2 };

  uint64_t token;
  alignas(64) SharedCounter entered;  // steps whose input is in this segment
  int64_t nbytes[2];                  // that the step is about, by turns as the inputs
  alignas(64) SharedCounter folded;   // steps whose output slice is in this segment
  alignas(64) std::atomic<uint32_t> state;
  uint32_t abort_code;  // valid in kAborted
  uint32_t abort_message_size;
  char abort_message[1024];
};

// Memory of one process that others of the same host map. It has no name in any file system (a
// memfd, reached through /proc), so it goes when the last process that maps it goes, however that
// one ends.
class Segment {
 public:
  static constexpr int64_t kInputBytes = 512 << 10;
  static constexpr int64_t kOutputBytes = 512 << 10;

  static absl::StatusOr<Segment> Create();
  // Maps the segment that a peer calls `address`; its process is `pid`.
  static absl::StatusOr<Segment> Open(std::string_view address);

  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&&) = delete;
  ~Segment();

  const std::string& address() const { return address_; }
  pid_t pid() const { return pid_; }

  SegmentHeader& header() const { return *reinterpret_cast<SegmentHeader*>(base_); }
  std::byte* input(uint32_t step) const;  // one of two buffers, by turns
  std::byte* output() const;

 private:
  Segment(std::byte* base, UniqueFd fd, pid_t pid, std::string address);

  std::byte* base_;
  UniqueFd fd_;  // of the creator, for peers to open
  pid_t pid_;
  std::string address_;
};

}  // namespace tricorn::comm
