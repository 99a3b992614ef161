#include "client/cli/terminal/standard_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "client/cli/terminal/exit_code.h"
#include "core/base/notification.h"

namespace tricorn::cli {
namespace {

// Standard output elsewhere, while it lives.
class Redirected {
 public:
  explicit Redirected(int fd) : saved_(dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    dup2(fd, STDOUT_FILENO);
    close(fd);
  }
  ~Redirected() {
    std::fflush(stdout);
    std::clearerr(stdout);
    std::cout.clear();
    dup2(saved_, STDOUT_FILENO);
    close(saved_);
  }

 private:
  const int saved_;
};

TEST(StandardOutput, IsClosedWhenItsReaderHasGone) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  Notification closed;
  {
    const Redirected redirected(ends[1]);
    const OutputWatch watch([&] { closed.Notify(); });
    EXPECT_FALSE(OutputIsClosed());
    EXPECT_FALSE(closed.WaitForNotificationWithTimeout(absl::Milliseconds(50)));
    close(ends[0]);
    EXPECT_TRUE(closed.WaitForNotificationWithTimeout(absl::Seconds(20)));
    EXPECT_TRUE(OutputIsClosed());
  }
}

TEST(StandardOutput, IsNotClosedWhereNobodyReads) {
  bool closed = false;
  {
    const Redirected redirected(open("/dev/null", O_WRONLY));
    const OutputWatch watch([&] { closed = true; });
    EXPECT_FALSE(OutputIsClosed());
  }
  EXPECT_FALSE(closed);
}

TEST(StandardOutput, IsNotDoneWhenTheDiskIsFull) {
  const Redirected redirected(open("/dev/full", O_WRONLY));
  EXPECT_EQ(FinishOutput(kExitDone), kExitDone);
  std::fputs("a reply", stdout);
  EXPECT_EQ(FinishOutput(kExitDone), kExitError);
}

}  // namespace
}  // namespace tricorn::cli
