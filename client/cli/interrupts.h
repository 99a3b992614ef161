#pragma once

#include <functional>
#include <memory>

namespace tricorn::cli {

// Ctrl-C (SIGINT) and SIGTERM as calls on a thread of their own. Create it in main before any other
// thread starts. Unless a command says otherwise they end the process with kExitInterrupted.
class Interrupts {
 public:
  Interrupts();

  // From now on a signal calls `action`; null: the process ends.
  void SetAction(std::function<void(int signal)> action);

 private:
  struct State;
  const std::shared_ptr<State> state_;  // outlives main: the thread waits to the end
};

}  // namespace tricorn::cli
