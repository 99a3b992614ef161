#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/comm/communicator.h"

namespace tricorn::comm {

// Sees whether the other ranks live: a thread meets theirs ten times a second, which no rank's
// computing delays, until all of them leave.
class PeerWatch {
 public:
  // `control`: of all ranks, one shard each. `check` is asked between meetings. The first error, of
  // a meeting or of the check, is the others' too and goes to `on_error`; then the watch is over.
  PeerWatch(std::unique_ptr<Communicator> control, std::function<absl::Status()> check,
            std::function<void(const absl::Status&)> on_error);
  // Waits for the other ranks to do the same, or an error.
  ~PeerWatch();
  PeerWatch(const PeerWatch&) = delete;
  PeerWatch& operator=(const PeerWatch&) = delete;

  // Ends the watch with `error`, here and on the other ranks. For any thread.
  void Abort(const absl::Status& error) { control_->Abort(error); }

 private:
  void Run();
  // OK when all ranks leave.
  absl::Status Watch();

  const std::unique_ptr<Communicator> control_;
  const std::function<absl::Status()> check_;
  const std::function<void(const absl::Status&)> on_error_;
  Mutex mu_;
  CondVar changed_;
  bool leaving_ ABSL_GUARDED_BY(mu_) = false;
  std::thread thread_;
};

}  // namespace tricorn::comm
