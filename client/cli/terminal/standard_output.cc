#include "client/cli/terminal/standard_output.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <utility>

#include "client/cli/terminal/exit_code.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

// Errors are told without being asked for.
constexpr short kNothing = 0;
constexpr short kClosed = POLLERR | POLLHUP;

}  // namespace

bool OutputIsClosed() {
  pollfd output = {STDOUT_FILENO, kNothing, 0};
  return poll(&output, 1, 0) == 1 && (output.revents & kClosed) != 0;
}

int FinishOutput(int exit_code) {
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::cout.good() && std::ferror(stdout) == 0) return exit_code;
  if (OutputIsClosed()) return kExitOutputClosed;
  std::cerr << "tricorn: standard output: expected to write the whole reply, received an error; is "
               "the disk full?\n";
  return kExitError;
}

OutputWatch::OutputWatch(std::function<void()> on_closed)
    : wake_(eventfd(0, EFD_CLOEXEC)), thread_([wake = wake_, on_closed = std::move(on_closed)] {
        pollfd fds[2] = {{STDOUT_FILENO, kNothing, 0}, {wake, POLLIN, 0}};
        while (poll(fds, 2, -1) < 0) {  // interrupted
        }
        if (fds[1].revents == 0 && (fds[0].revents & kClosed) != 0) on_closed();
      }) {
  CHECK(wake_ >= 0);
}

OutputWatch::~OutputWatch() {
  eventfd_write(wake_, 1);
  thread_.join();
  close(wake_);
}

}  // namespace tricorn::cli
