#include "client/cli/terminal/interrupts.h"

#include <signal.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "client/cli/terminal/exit_code.h"
#include "core/base/mutex.h"

namespace tricorn::cli {

struct Interrupts::State {
  Mutex mu;
  std::function<void(int)> action ABSL_GUARDED_BY(mu);
};

Interrupts::Interrupts() : state_(std::make_shared<State>()) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  struct sigaction hangup = {};
  sigaction(SIGHUP, nullptr, &hangup);
  if (hangup.sa_handler != SIG_IGN) sigaddset(&signals, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([state = state_, signals] {
    int number = 0;
    while (sigwait(&signals, &number) == 0) {
      MutexLock lock(&state->mu);
      if (!state->action) _exit(number == SIGINT ? int{kExitInterrupted} : 128 + number);
      state->action(number);
    }
  }).detach();
}

void Interrupts::SetAction(std::function<void(int)> action) {
  MutexLock lock(&state_->mu);
  state_->action = std::move(action);
}

CancelOnInterrupt::CancelOnInterrupt(Interrupts& interrupts)
    : interrupts_(interrupts), cancellation_(std::make_shared<client::Cancellation>()) {
  interrupts_.SetAction([cancellation = cancellation_](int) { cancellation->Cancel(); });
}

CancelOnInterrupt::~CancelOnInterrupt() { interrupts_.SetAction(nullptr); }

}  // namespace tricorn::cli
