#pragma once

#include <functional>
#include <thread>

namespace tricorn::cli {

// Whether standard output is a pipe that nobody reads any more, as after `tricorn ... | head -1`.
bool OutputIsClosed();

// Flushes standard output. Returns `exit_code`; or, when not all of the output could be written,
// kExitOutputClosed, or kExitError with a word on standard error.
int FinishOutput(int exit_code);

// Calls `on_closed` when nobody reads standard output any more, on a thread of its own: for
// commands that may have nothing to write for long.
class OutputWatch {
 public:
  explicit OutputWatch(std::function<void()> on_closed);
  // `on_closed` neither runs nor will.
  ~OutputWatch();
  OutputWatch(const OutputWatch&) = delete;
  OutputWatch& operator=(const OutputWatch&) = delete;

 private:
  const int wake_;  // an eventfd
  std::thread thread_;
};

}  // namespace tricorn::cli
