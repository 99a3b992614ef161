#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"

namespace tricorn::comm {

// Messages between all members of a group at once:
//
//   mesh.Send(peer, data, n); mesh.Send(peer, more, n2);   // pieces of one message
//   mesh.Receive(peer, data, n);
//   mesh.Exchange();                                       // until all of it has gone and come
//
// An empty piece makes an empty message, which is a message. The messages from one member to
// another keep their order; a length that differs from the expected one is an error. Both ends cut
// a message into the same pieces.
class Mesh {
 public:
  virtual ~Mesh() = default;  // tells the others that this member left

  virtual void Send(int peer, const std::byte* data, int64_t nbytes) = 0;
  virtual void Receive(int peer, std::byte* data, int64_t nbytes) = 0;
  virtual absl::Status Exchange() = 0;

  // From any thread: ends the mesh with `error`, here and on every member.
  virtual void Abort(const absl::Status& error) = 0;
  virtual absl::Status status() const = 0;

  // As ComposableGroup's.
  virtual absl::Status Check() = 0;
  virtual void SetWatch(std::function<absl::Status()> watch) = 0;
};

}  // namespace tricorn::comm
