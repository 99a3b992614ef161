#include "core/comm/tcp/tcp_mesh.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr int kSpins = 20;         // rounds of system calls before sleeping: some 20 us
constexpr size_t kMaxPieces = 64;  // of one system call
constexpr int kWatchIntervalMs = 20;
constexpr absl::Duration kExplanationWait = absl::Milliseconds(200);

bool WouldBlock() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

void TcpMesh::Stream::Add(void* data, int64_t nbytes) {
  if (pieces.empty()) pieces.push_back({&header, sizeof header});
  header.nbytes += nbytes;
  if (nbytes > 0) pieces.push_back({data, static_cast<size_t>(nbytes)});
}

void TcpMesh::Stream::Advance(size_t nbytes) {
  while (nbytes > 0) {
    iovec& piece = pieces[at];
    const size_t n = std::min(nbytes, piece.iov_len);
    piece.iov_base = static_cast<char*>(piece.iov_base) + n;
    piece.iov_len -= n;
    nbytes -= n;
    if (piece.iov_len == 0) ++at;
  }
}

void TcpMesh::Stream::Clear() {
  if (!pieces.empty()) ++next_sequence;
  pieces.clear();
  at = 0;
  header = {};
}

absl::StatusOr<std::unique_ptr<Mesh>> TcpMesh::Connect(const TcpOptions& options) {
  UniqueFd wake(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (wake.get() < 0) return ResourceExhausted("eventfd: {}", std::strerror(errno));
  ASSIGN_OR_RETURN(std::vector<Link> links, ConnectLinks(options));
  return std::unique_ptr<Mesh>(new TcpMesh(options, std::move(links), std::move(wake)));
}

TcpMesh::TcpMesh(const TcpOptions& options, std::vector<Link> links, UniqueFd wake)
    : member_(options.member), ranks_(options.ranks), wake_(std::move(wake)), peers_(links.size()) {
  for (size_t m = 0; m < links.size(); ++m) peers_[m].link = std::move(links[m]);
  queries_.reserve(2 * peers_.size() + 1);
}

TcpMesh::~TcpMesh() { Notify(Notice{}); }

void TcpMesh::Send(int peer, const std::byte* data, int64_t nbytes) {
  peers_[peer].out.Add(const_cast<std::byte*>(data), nbytes);
}

void TcpMesh::Receive(int peer, std::byte* data, int64_t nbytes) {
  peers_[peer].in.Add(data, nbytes);
}

absl::Status TcpMesh::Exchange() {
  for (Peer& peer : peers_) {
    peer.out.header.sequence = peer.out.next_sequence;
    peer.expected = {peer.in.next_sequence, peer.in.header.nbytes};
  }
  int idle_rounds = 0;
  while (!IsDone()) {
    RETURN_IF_ERROR(failure_.status());
    absl::StatusOr<bool> moved = Move();
    if (moved.ok() && !*moved && ++idle_rounds > kSpins) {
      if (const absl::Status status = Sleep(); !status.ok()) moved = status;
    }
    if (!moved.ok()) {
      Abort(moved.status());  // the others learn the cause from here
      return failure_.status();
    }
    if (*moved) idle_rounds = 0;
  }
  for (Peer& peer : peers_) {
    peer.out.Clear();
    peer.in.Clear();
  }
  return absl::OkStatus();
}

bool TcpMesh::IsDone() const {
  return std::all_of(peers_.begin(), peers_.end(),
                     [](const Peer& peer) { return peer.out.IsDone() && peer.in.IsDone(); });
}

absl::StatusOr<bool> TcpMesh::Move() {
  bool any = false;
  for (int peer = 0; peer < static_cast<int>(peers_.size()); ++peer) {
    ASSIGN_OR_RETURN(const bool out, MoveOut(peer));
    ASSIGN_OR_RETURN(const bool in, MoveIn(peer));
    any = any || out || in;
  }
  return any;
}

absl::StatusOr<bool> TcpMesh::MoveOut(int peer) {
  Stream& stream = peers_[peer].out;
  if (stream.IsDone()) return false;
  msghdr message{};
  message.msg_iov = &stream.pieces[stream.at];
  message.msg_iovlen = std::min(stream.pieces.size() - stream.at, kMaxPieces);
  const ssize_t n = sendmsg(peers_[peer].link.data.get(), &message, MSG_NOSIGNAL);
  if (n < 0 && WouldBlock()) return false;
  if (n < 0) return ExplainEnd(peer, std::strerror(errno));
  stream.Advance(n);
  return n > 0;
}

absl::StatusOr<bool> TcpMesh::MoveIn(int peer) {
  Stream& stream = peers_[peer].in;
  if (stream.IsDone()) return false;
  const bool in_header = stream.at == 0;
  msghdr message{};
  message.msg_iov = &stream.pieces[stream.at];
  message.msg_iovlen = std::min(stream.pieces.size() - stream.at, kMaxPieces);
  const ssize_t n = recvmsg(peers_[peer].link.data.get(), &message, 0);
  if (n < 0 && WouldBlock()) return false;
  if (n < 0) return ExplainEnd(peer, std::strerror(errno));
  if (n == 0) return ExplainEnd(peer, "it closed the connection");
  stream.Advance(n);
  if (in_header && stream.at > 0) RETURN_IF_ERROR(CheckHeader(peer));
  return true;
}

absl::Status TcpMesh::CheckHeader(int peer) const {
  const FrameHeader& expected = peers_[peer].expected;
  const FrameHeader& received = peers_[peer].in.header;
  if (received.sequence == expected.sequence && received.nbytes == expected.nbytes) {
    return absl::OkStatus();
  }
  return Internal(
      "rank {} calls another collective: expected message {} of {} bytes, received "
      "message {} of {} bytes",
      ranks_[peer], expected.sequence, expected.nbytes, received.sequence, received.nbytes);
}

absl::Status TcpMesh::Sleep() {
  queries_.clear();
  queries_.push_back({wake_.get(), POLLIN, 0});
  for (const Peer& peer : peers_) {
    const int events = (peer.in.IsDone() ? 0 : POLLIN) | (peer.out.IsDone() ? 0 : POLLOUT);
    // A negative descriptor is skipped.
    queries_.push_back({events == 0 ? -1 : peer.link.data.get(), static_cast<short>(events), 0});
    queries_.push_back({peer.has_left ? -1 : peer.link.control.get(), POLLIN, 0});
  }
  RETURN_IF_ERROR(watch_());
  if (poll(queries_.data(), queries_.size(), kWatchIntervalMs) <= 0) return absl::OkStatus();
  for (size_t m = 0; m < peers_.size(); ++m) {
    if (queries_[2 + 2 * m].revents != 0) RETURN_IF_ERROR(ReadNotice(static_cast<int>(m)));
  }
  return absl::OkStatus();
}

absl::Status TcpMesh::Check() {
  RETURN_IF_ERROR(failure_.status());
  for (int peer = 0; peer < static_cast<int>(peers_.size()); ++peer) {
    RETURN_IF_ERROR(ReadNotice(peer));
  }
  return absl::OkStatus();
}

absl::Status TcpMesh::ReadNotice(int index) {
  Peer& peer = peers_[index];
  if (peer.has_left || index == member_) return absl::OkStatus();
  if (peer.notice_received < sizeof(Notice)) {
    const ssize_t n =
        recv(peer.link.control.get(), reinterpret_cast<char*>(&peer.notice) + peer.notice_received,
             sizeof(Notice) - peer.notice_received, 0);
    if (n < 0 && WouldBlock()) return absl::OkStatus();
    if (n < 0) return Lost(index, std::strerror(errno));
    if (n == 0) return Lost(index, "it closed the connection");
    peer.notice_received += n;
    if (peer.notice_received < sizeof(Notice)) return absl::OkStatus();
  }
  if (!peer.notice.is_abort) {
    peer.has_left = true;  // what it sent before may still be on its way
    return absl::OkStatus();
  }
  const size_t size = std::min<size_t>(peer.notice.message_size, sizeof peer.notice.message);
  const absl::Status error(static_cast<absl::StatusCode>(peer.notice.code),
                           std::string(peer.notice.message, size));
  return WithSubject(error, fmt::format("from rank {}", ranks_[index]));
}

absl::Status TcpMesh::ExplainEnd(int peer, const std::string& how) {
  // The reason travels on the control connections, which may be a little later, and any member may
  // know it.
  const absl::Time deadline = absl::Now() + kExplanationWait;
  while (!peers_[peer].has_left && absl::Now() < deadline) {
    for (int m = 0; m < static_cast<int>(peers_.size()); ++m) {
      if (m != peer) RETURN_IF_ERROR(ReadNotice(m));
    }
    RETURN_IF_ERROR(ReadNotice(peer));
    if (!peers_[peer].has_left) absl::SleepFor(absl::Milliseconds(1));
  }
  if (peers_[peer].has_left) return Unavailable("rank {} left the group", ranks_[peer]);
  return Lost(peer, how);
}

absl::Status TcpMesh::Lost(int peer, const std::string& how) const {
  return Unavailable("rank {} is lost: {}", ranks_[peer], how);
}

void TcpMesh::Abort(const absl::Status& error) {
  failure_.Set(error);
  Notice notice{};
  notice.is_abort = 1;
  notice.code = static_cast<uint32_t>(error.code());
  notice.message_size =
      static_cast<uint32_t>(std::min(error.message().size(), sizeof notice.message));
  std::memcpy(notice.message, error.message().data(), notice.message_size);
  Notify(notice);
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = write(wake_.get(), &one, sizeof one);
}

void TcpMesh::Notify(const Notice& notice) {
  MutexLock lock(&notify_mu_);
  if (std::exchange(has_notified_, true)) return;
  for (const Peer& peer : peers_) {
    // Nothing was sent here before, so it fits; a peer that is gone needs no notice.
    if (peer.link.control.get() >= 0) {
      send(peer.link.control.get(), &notice, sizeof notice, MSG_NOSIGNAL);
    }
  }
}

}  // namespace tricorn::comm
