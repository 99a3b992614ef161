#include "core/comm/mpi/mpi_mesh.h"

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr int kSpins = 2000;  // looks at MPI before sleeping between them
constexpr absl::Duration kFirstSleep = absl::Microseconds(20);
constexpr absl::Duration kLongestSleep = absl::Microseconds(200);
constexpr absl::Duration kLivenessInterval = absl::Milliseconds(20);
// For what a rank sent before it left, and for what is in flight when a mesh ends.
constexpr absl::Duration kGrace = absl::Milliseconds(200);
constexpr int64_t kMaxPieceBytes = int64_t{1} << 30;  // MPI counts in int

// The first piece of every message.
struct FrameHeader {
  uint64_t sequence = 0;
  uint64_t nbytes = 0;
};

// What goes over the control communicator; small enough to leave without its receiver's help.
struct Notice {
  uint32_t is_abort = 0;  // else a farewell
  uint32_t code = 0;
  uint32_t message_size = 0;
  char message[1012] = {};
};

struct Piece {
  std::byte* data;
  int nbytes;
};

// One direction of a peer in an exchange.
struct Message {
  FrameHeader header;
  uint64_t next_sequence = 0;
  bool is_due = false;
  std::vector<Piece> pieces;

  void Add(std::byte* data, int64_t nbytes) {
    is_due = true;
    header.nbytes += nbytes;
    for (; nbytes > 0; nbytes -= kMaxPieceBytes, data += kMaxPieceBytes) {
      pieces.push_back({data, static_cast<int>(std::min(nbytes, kMaxPieceBytes))});
    }
  }
  void Clear() {
    if (is_due) ++next_sequence;
    is_due = false;
    header.nbytes = 0;
    pieces.clear();
  }
};

struct Peer {
  Message out;
  Message in;
  FrameHeader received;
  Notice notice;
  bool has_left = false;
};

class MpiMesh final : public Mesh {
 public:
  explicit MpiMesh(std::shared_ptr<MpiSession> session)
      : session_(std::move(session)),
        tag_(session_->NextTag()),
        peers_(session_->size()),
        notices_(peers_.size(), MPI_REQUEST_NULL) {
    MutexLock lock(&session_->mutex());
    ForEachPeer([&](int peer) {
      MPI_Irecv(&peers_[peer].notice, sizeof(Notice), MPI_BYTE, peer, tag_, session_->control(),
                &notices_[peer]);
    });
  }

  ~MpiMesh() override {
    Notify(Notice{});
    MutexLock lock(&session_->mutex());
    CancelAll(notices_);
    // MPI reads from a notice that has not gone.
    if (!TestAll(notice_sends_, kGrace)) static_cast<void>(sent_notice_.release());
  }

  void Send(int peer, const std::byte* data, int64_t nbytes) override {
    peers_[peer].out.Add(const_cast<std::byte*>(data), nbytes);
  }
  void Receive(int peer, std::byte* data, int64_t nbytes) override {
    peers_[peer].in.Add(data, nbytes);
  }

  absl::Status Exchange() override {
    RETURN_IF_ERROR(failure_.status());
    absl::Status status = Start();
    if (status.ok()) status = Finish();
    if (!status.ok()) {
      Abort(status);  // the others learn the cause from here
      MutexLock lock(&session_->mutex());
      CancelAll(requests_);
      return failure_.status();
    }
    for (Peer& peer : peers_) {
      peer.out.Clear();
      peer.in.Clear();
    }
    return absl::OkStatus();
  }

  void Abort(const absl::Status& error) override {
    failure_.Set(error);
    session_->MarkFailed();
    Notice notice;
    notice.is_abort = 1;
    notice.code = static_cast<uint32_t>(error.code());
    notice.message_size =
        static_cast<uint32_t>(std::min(error.message().size(), sizeof notice.message));
    std::memcpy(notice.message, error.message().data(), notice.message_size);
    Notify(notice);
  }
  absl::Status status() const override { return failure_.status(); }

  absl::Status Check() override {
    RETURN_IF_ERROR(failure_.status());
    RETURN_IF_ERROR(ReadNotices());
    return FindDead();
  }
  void SetWatch(std::function<absl::Status()> watch) override { watch_ = std::move(watch); }

 private:
  // A request's piece: whose message, and what a receive must bring.
  struct Pending {
    int peer;
    bool is_header;
    bool is_receive;
    int nbytes;
  };

  template <typename F>
  void ForEachPeer(F f) {
    for (int peer = 0; peer < static_cast<int>(peers_.size()); ++peer) {
      if (peer != session_->rank()) f(peer);
    }
  }

  // Receives first, so that what comes finds its place.
  absl::Status Start() {
    requests_.clear();
    pending_.clear();
    absl::Status status;
    MutexLock lock(&session_->mutex());
    ForEachPeer([&](int peer) {
      Message& in = peers_[peer].in;
      if (!in.is_due) return;
      status.Update(Post(peer, true, true, &peers_[peer].received, sizeof(FrameHeader)));
      for (const Piece& piece : in.pieces) {
        status.Update(Post(peer, false, true, piece.data, piece.nbytes));
      }
    });
    ForEachPeer([&](int peer) {
      Message& out = peers_[peer].out;
      if (!out.is_due) return;
      out.header.sequence = out.next_sequence;
      status.Update(Post(peer, true, false, &out.header, sizeof(FrameHeader)));
      for (const Piece& piece : out.pieces) {
        status.Update(Post(peer, false, false, piece.data, piece.nbytes));
      }
    });
    return status;
  }

  absl::Status Post(int peer, bool is_header, bool is_receive, void* data, int nbytes) {
    MPI_Request request = MPI_REQUEST_NULL;
    const int code =
        is_receive ? MPI_Irecv(data, nbytes, MPI_BYTE, peer, tag_, session_->data(), &request)
                   : MPI_Isend(data, nbytes, MPI_BYTE, peer, tag_, session_->data(), &request);
    RETURN_IF_ERROR(MpiStatus(code, is_receive ? "MPI_Irecv" : "MPI_Isend"));
    requests_.push_back(request);
    pending_.push_back({peer, is_header, is_receive, nbytes});
    return absl::OkStatus();
  }

  absl::Status Finish() {
    size_t left = requests_.size();
    done_.resize(left);
    statuses_.resize(left);
    absl::Duration sleep = kFirstSleep;
    absl::Time looked = absl::InfinitePast();
    for (int spins = 0; left > 0; ++spins) {
      RETURN_IF_ERROR(failure_.status());
      ASSIGN_OR_RETURN(const int done, TestSome());
      left -= done;
      if (done > 0) spins = 0;
      if (done > 0 || left == 0) continue;
      if (spins < kSpins) {
        sched_yield();
        continue;
      }
      RETURN_IF_ERROR(ReadNotices());
      if (const absl::Time now = absl::Now(); now - looked > kLivenessInterval) {
        looked = now;
        RETURN_IF_ERROR(watch_());
        RETURN_IF_ERROR(FindDead());
        RETURN_IF_ERROR(FindLeft(now));
      }
      absl::SleepFor(sleep);
      sleep = std::min(sleep * 2, kLongestSleep);
    }
    return absl::OkStatus();
  }

  // Requests done since the last call.
  absl::StatusOr<int> TestSome() {
    int count = 0;
    MutexLock lock(&session_->mutex());
    const int code = MPI_Testsome(static_cast<int>(requests_.size()), requests_.data(), &count,
                                  done_.data(), statuses_.data());
    if (code != MPI_SUCCESS && code != MPI_ERR_IN_STATUS) return MpiStatus(code, "MPI_Testsome");
    if (count == MPI_UNDEFINED) return 0;
    for (int i = 0; i < count; ++i) {
      const Pending& pending = pending_[done_[i]];
      if (code == MPI_ERR_IN_STATUS && statuses_[i].MPI_ERROR == MPI_ERR_TRUNCATE) {
        return AnotherCollective(pending.peer);
      }
      if (code == MPI_ERR_IN_STATUS) {
        RETURN_IF_ERROR(WithSubject(MpiStatus(statuses_[i].MPI_ERROR, "MPI"),
                                    fmt::format("rank {}", pending.peer)));
      }
      if (pending.is_receive) RETURN_IF_ERROR(CheckReceived(pending, statuses_[i]));
    }
    return count;
  }

  absl::Status CheckReceived(const Pending& pending, const MPI_Status& status) const {
    int nbytes = 0;
    MPI_Get_count(&status, MPI_BYTE, &nbytes);
    const Peer& peer = peers_[pending.peer];
    const bool fits = !pending.is_header || (peer.received.sequence == peer.in.next_sequence &&
                                             peer.received.nbytes == peer.in.header.nbytes);
    if (nbytes == pending.nbytes && fits) return absl::OkStatus();
    return AnotherCollective(pending.peer);
  }

  absl::Status AnotherCollective(int peer) const {
    return Internal(
        "rank {} calls another collective: expected message {} of {} bytes, received another", peer,
        peers_[peer].in.next_sequence, peers_[peer].in.header.nbytes);
  }

  // The error of a rank that aborted.
  absl::Status ReadNotices() {
    MutexLock lock(&session_->mutex());
    for (int peer = 0; peer < static_cast<int>(peers_.size()); ++peer) {
      if (notices_[peer] != MPI_REQUEST_NULL) {
        int has_come = 0;
        RETURN_IF_ERROR(
            MpiStatus(MPI_Test(&notices_[peer], &has_come, MPI_STATUS_IGNORE), "MPI_Test"));
        if (!has_come) continue;
        peers_[peer].has_left = !peers_[peer].notice.is_abort;
      }
      const Notice& notice = peers_[peer].notice;
      if (!notice.is_abort) continue;
      const size_t size = std::min<size_t>(notice.message_size, sizeof notice.message);
      return WithSubject(absl::Status(static_cast<absl::StatusCode>(notice.code),
                                      std::string(notice.message, size)),
                         fmt::format("from rank {}", peer));
    }
    return absl::OkStatus();
  }

  absl::Status FindDead() {
    for (int peer = 0; peer < static_cast<int>(peers_.size()); ++peer) {
      if (peers_[peer].has_left || !session_->HasEnded(peer)) continue;
      RETURN_IF_ERROR(ReadNotices());  // which may have come meanwhile
      if (!peers_[peer].has_left) return Unavailable("rank {} is lost: its process ended", peer);
    }
    return absl::OkStatus();
  }

  // What a rank sent before it left may still be on its way, for a while.
  absl::Status FindLeft(absl::Time now) {
    for (size_t i = 0; i < requests_.size(); ++i) {
      if (requests_[i] == MPI_REQUEST_NULL || !peers_[pending_[i].peer].has_left) continue;
      if (left_since_ == absl::InfiniteFuture()) left_since_ = now;
      if (now - left_since_ < kGrace) return absl::OkStatus();
      return Unavailable("rank {} left the group", pending_[i].peer);
    }
    return absl::OkStatus();
  }

  void Notify(const Notice& notice) {
    MutexLock lock(&session_->mutex());
    if (sent_notice_ != nullptr) return;
    sent_notice_ = std::make_unique<Notice>(notice);
    ForEachPeer([&](int peer) {
      notice_sends_.emplace_back();
      MPI_Isend(sent_notice_.get(), sizeof(Notice), MPI_BYTE, peer, tag_, session_->control(),
                &notice_sends_.back());
    });
  }

  // Ends receives that have not begun; sends, and receives in their middle, are given some time.
  void CancelAll(std::vector<MPI_Request>& requests) {
    for (MPI_Request& request : requests) {
      if (request != MPI_REQUEST_NULL) MPI_Cancel(&request);
    }
    TestAll(requests, kGrace);
  }

  static bool TestAll(std::vector<MPI_Request>& requests, absl::Duration patience) {
    const absl::Time deadline = absl::Now() + patience;
    int done = 0;
    while (true) {
      MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
      if (done || absl::Now() > deadline) return done != 0;
      absl::SleepFor(kFirstSleep);
    }
  }

  const std::shared_ptr<MpiSession> session_;
  const int tag_;
  std::vector<Peer> peers_;
  std::vector<MPI_Request> notices_;  // receives, by peer
  std::vector<MPI_Request> requests_;
  std::vector<Pending> pending_;  // by request
  std::vector<int> done_;         // the two arrays that MPI_Testsome fills
  std::vector<MPI_Status> statuses_;
  absl::Time left_since_ = absl::InfiniteFuture();
  std::function<absl::Status()> watch_ = [] { return absl::OkStatus(); };
  Failure failure_;
  std::unique_ptr<Notice> sent_notice_;  // guarded by the session's mutex, as is the next
  std::vector<MPI_Request> notice_sends_;
};

}  // namespace

std::unique_ptr<Mesh> MakeMpiMesh(std::shared_ptr<MpiSession> session) {
  return std::make_unique<MpiMesh>(std::move(session));
}

}  // namespace tricorn::comm
