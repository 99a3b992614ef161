#include "core/base/notification.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

#include "absl/time/clock.h"

namespace tricorn {
namespace {

TEST(Notification, WhoeverWaitsSeesWhatWasDoneBefore) {
  for (int i = 0; i < 200; ++i) {
    auto done = std::make_unique<Notification>();
    int value = 0;  // guarded by nothing else: ThreadSanitizer would tell
    std::thread thread([&value, done = done.get()] {
      value = 1;
      done->Notify();
    });
    done->WaitForNotification();
    EXPECT_EQ(value, 1);
    done.reset();
    thread.join();
  }
}

TEST(Notification, WaitsNoLongerThanItMay) {
  Notification never;
  EXPECT_FALSE(never.HasBeenNotified());
  const absl::Time before = absl::Now();
  EXPECT_FALSE(never.WaitForNotificationWithTimeout(absl::Milliseconds(20)));
  EXPECT_GE(absl::Now() - before, absl::Milliseconds(20));
  EXPECT_FALSE(never.WaitForNotificationWithDeadline(absl::InfinitePast()));
}

TEST(Notification, IsThereForWhoComesLate) {
  Notification once;
  once.Notify();
  once.Notify();
  EXPECT_TRUE(once.HasBeenNotified());
  EXPECT_TRUE(once.WaitForNotificationWithDeadline(absl::InfinitePast()));
  once.WaitForNotification();
}

}  // namespace
}  // namespace tricorn
