#pragma once

#include <sys/uio.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/comm/failure.h"
#include "core/comm/mesh.h"
#include "core/comm/tcp/bootstrap.h"
#include "core/comm/tcp/tcp_group.h"

struct pollfd;

namespace tricorn::comm {

// Messages over sockets, without threads: the caller's thread moves the bytes.
class TcpMesh final : public Mesh {
 public:
  static absl::StatusOr<std::unique_ptr<Mesh>> Connect(const TcpOptions& options);
  ~TcpMesh() override;

  void Send(int peer, const std::byte* data, int64_t nbytes) override;
  void Receive(int peer, std::byte* data, int64_t nbytes) override;
  absl::Status Exchange() override;
  void Abort(const absl::Status& error) override;
  absl::Status status() const override { return failure_.status(); }
  absl::Status Check() override;
  void SetWatch(std::function<absl::Status()> watch) override { watch_ = std::move(watch); }

 private:
  struct FrameHeader {
    uint64_t sequence = 0;
    uint64_t nbytes = 0;
  };
  // One direction of a peer's data connection in an exchange: a header, then the pieces.
  struct Stream {
    FrameHeader header;
    uint64_t next_sequence = 0;
    std::vector<iovec> pieces;  // [0] is the header; those before `at` are done
    size_t at = 0;

    bool IsDone() const { return at == pieces.size(); }
    void Add(void* data, int64_t nbytes);
    void Advance(size_t nbytes);
    void Clear();
  };
  // What goes over control connections.
  struct Notice {
    uint32_t is_abort;  // else a farewell
    uint32_t code;
    uint32_t message_size;
    char message[1024];
  };
  struct Peer {
    Link link;
    Stream out;
    Stream in;
    FrameHeader expected;
    Notice notice;  // as far as it has come
    size_t notice_received = 0;
    bool has_left = false;
  };

  TcpMesh(const TcpOptions& options, std::vector<Link> links, UniqueFd wake);

  // Moves what can be moved now; true if anything was.
  absl::StatusOr<bool> Move();
  absl::StatusOr<bool> MoveOut(int peer);
  absl::StatusOr<bool> MoveIn(int peer);
  bool IsDone() const;
  absl::Status CheckHeader(int peer) const;
  // Sleeps until something can be moved or a notice came.
  absl::Status Sleep();
  // Reads `peer`'s notice: its error if it aborted or is lost, the same however often it is asked.
  absl::Status ReadNotice(int peer);
  // The error that explains why `peer`'s data connection ended.
  absl::Status ExplainEnd(int peer, const std::string& how);
  absl::Status Lost(int peer, const std::string& how) const;
  void Notify(const Notice& notice);

  const int member_;
  const std::vector<int> ranks_;
  const UniqueFd wake_;  // an eventfd
  std::vector<Peer> peers_;
  std::vector<pollfd> queries_;
  std::function<absl::Status()> watch_ = [] { return absl::OkStatus(); };
  Failure failure_;
  Mutex notify_mu_;
  bool has_notified_ ABSL_GUARDED_BY(notify_mu_) = false;
};

}  // namespace tricorn::comm
