#pragma once

#include <functional>
#include <memory>

#include "client/lib/call_options.h"

namespace tricorn::cli {

// Ctrl-C (SIGINT), SIGTERM and, unless it is ignored as under nohup, SIGHUP as calls on a thread of
// their own. Create it in main before any other thread starts. Unless a command says otherwise they
// end the process with kExitInterrupted.
class Interrupts {
 public:
  Interrupts();

  // From now on a signal calls `action`; null: the process ends.
  void SetAction(std::function<void(int signal)> action);

 private:
  struct State;
  const std::shared_ptr<State> state_;  // outlives main: the thread waits to the end
};

// While it lives, signals cancel calls instead of ending the process: for commands that have
// something to put in order.
class CancelOnInterrupt {
 public:
  explicit CancelOnInterrupt(Interrupts& interrupts);
  ~CancelOnInterrupt();
  CancelOnInterrupt(const CancelOnInterrupt&) = delete;
  CancelOnInterrupt& operator=(const CancelOnInterrupt&) = delete;

  const std::shared_ptr<client::Cancellation>& cancellation() const { return cancellation_; }

 private:
  Interrupts& interrupts_;
  const std::shared_ptr<client::Cancellation> cancellation_;
};

}  // namespace tricorn::cli
