#include "core/comm/shm/peers.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr absl::Duration kLivenessInterval = absl::Milliseconds(20);

}  // namespace

absl::StatusOr<std::unique_ptr<Peers>> Peers::Connect(const ShmOptions& options) {
  std::unique_ptr<Peers> peers(new Peers(options.member, options.ranks));
  ASSIGN_OR_RETURN(Segment own, Segment::Create());
  const auto key = [&options](int member) {
    return fmt::format("{}/shm/{}", options.prefix, options.ranks[member]);
  };
  RETURN_IF_ERROR(options.store->Set(key(options.member), own.address()));
  for (int m = 0; m < options.plan.size(); ++m) {
    const std::string subject = fmt::format("rank {} did not join", options.ranks[m]);
    std::string address = own.address();
    if (m != options.member) {
      auto found = options.store->Get(key(m), options.deadline);
      if (!found.ok()) return WithSubject(found.status(), subject);
      address = *std::move(found);
    }
    // The process first: if its number is given to another one afterwards, the token will differ.
    auto process = ProcessHandle::Open(static_cast<pid_t>(std::atoi(address.c_str())));
    if (!process.ok()) return WithSubject(process.status(), subject);
    peers->processes_.push_back(*std::move(process));
    if (m == options.member) {
      peers->segments_.push_back(std::move(own));
      continue;
    }
    auto segment = Segment::Open(address);
    if (!segment.ok()) return WithSubject(segment.status(), subject);
    peers->segments_.push_back(*std::move(segment));
  }
  return peers;
}

Peers::~Peers() {
  if (static_cast<int>(segments_.size()) <= member_) return;  // did not connect
  uint32_t running = SegmentHeader::kRunning;
  own().header().state.compare_exchange_strong(running, SegmentHeader::kLeft);
  WakeEverybody();
}

absl::Status Peers::WaitForAll(SharedCounter SegmentHeader::*counter, uint32_t target) {
  for (const Segment& segment : segments_) {
    RETURN_IF_ERROR(WaitFor(segment.header().*counter, target));
  }
  return absl::OkStatus();
}

absl::Status Peers::WaitFor(const SharedCounter& counter, uint32_t target) {
  if (counter.SpinUntilReached(target)) return absl::OkStatus();
  while (!counter.HasReached(target)) {
    absl::Status error = FindFailure();
    if (error.ok()) error = watch_();
    if (!error.ok() && !counter.HasReached(target)) {
      Abort(error);  // the others learn the cause from here, not from this member's leaving
      return failure_.status();
    }
    const_cast<SharedCounter&>(counter).SleepUntilReached(target, kLivenessInterval);
  }
  return absl::OkStatus();
}

absl::Status Peers::ExpectAll(uint32_t step, int64_t nbytes) {
  for (size_t m = 0; m < segments_.size(); ++m) {
    const int64_t received = segments_[m].header().nbytes[step % 2];
    if (received == nbytes) continue;
    Abort(Internal("rank {} calls another collective: expected one of {} bytes, received {}",
                   ranks_[m], nbytes, received));
    return failure_.status();
  }
  return absl::OkStatus();
}

absl::Status Peers::FindFailure() const {
  RETURN_IF_ERROR(failure_.status());
  RETURN_IF_ERROR(FindAbort());
  const absl::Status end = FindEnd();
  if (end.ok()) return end;
  // Whoever ended or left may have told why since the first look.
  RETURN_IF_ERROR(FindAbort());
  return end;
}

absl::Status Peers::FindAbort() const {
  for (size_t m = 0; m < segments_.size(); ++m) {
    const SegmentHeader& header = segments_[m].header();
    if (header.state.load(std::memory_order_acquire) != SegmentHeader::kAborted) continue;
    const size_t size = std::min<size_t>(header.abort_message_size, sizeof header.abort_message);
    return WithSubject(absl::Status(static_cast<absl::StatusCode>(header.abort_code),
                                    std::string(header.abort_message, size)),
                       fmt::format("from rank {}", ranks_[m]));
  }
  return absl::OkStatus();
}

absl::Status Peers::FindEnd() const {
  for (size_t m = 0; m < segments_.size(); ++m) {
    if (processes_[m].HasEnded()) {
      return Unavailable("rank {} is lost: its process {} ended", ranks_[m], segments_[m].pid());
    }
  }
  for (size_t m = 0; m < segments_.size(); ++m) {
    if (segments_[m].header().state.load(std::memory_order_acquire) == SegmentHeader::kLeft) {
      return Unavailable("rank {} left the group", ranks_[m]);
    }
  }
  return absl::OkStatus();
}

void Peers::Abort(const absl::Status& error) {
  failure_.Set(error);
  MutexLock lock(&abort_mu_);
  SegmentHeader& header = own().header();
  if (header.state.load() != SegmentHeader::kRunning) return;
  const size_t size = std::min(error.message().size(), sizeof header.abort_message);
  std::memcpy(header.abort_message, error.message().data(), size);
  header.abort_message_size = static_cast<uint32_t>(size);
  header.abort_code = static_cast<uint32_t>(error.code());
  header.state.store(SegmentHeader::kAborted, std::memory_order_release);
  WakeEverybody();
}

void Peers::WakeEverybody() {
  for (const Segment& segment : segments_) {
    segment.header().entered.WakeAll();
    segment.header().folded.WakeAll();
  }
}

}  // namespace tricorn::comm
