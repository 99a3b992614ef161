#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace tricorn::comm {

// Forked children 0..n-1, each of which returns what `body` says. Kills those left when destroyed.
// The parent should have one thread.
class Processes {
 public:
  Processes(int n, const std::function<absl::Status(int index)>& body);
  ~Processes();
  Processes(const Processes&) = delete;

  void Kill(int index);  // with SIGKILL

  // What the children returned, killed ones aside; the first error, or DeadlineExceeded.
  absl::Status WaitFor(absl::Duration timeout);
  absl::Status WaitForOne(int index, absl::Duration timeout);

 private:
  struct Child {
    pid_t pid;
    int output;  // a pipe that carries the error message
    bool was_killed;
  };
  std::vector<Child> children_;
};

// A new directory, removed with what is in it at the end.
class TemporaryDirectory {
 public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// What this process holds: open descriptors, threads, and Tricorn's files in /dev/shm. Equal before
// and after something that leaks nothing.
std::string HeldResources();

}  // namespace tricorn::comm
