#include "client/lib/retrying_call.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "core/base/notification.h"

namespace tricorn::client {
namespace {

TEST(CallWithRetries, LetsGoOfEverythingAtItsEnd) {
  auto held = std::make_shared<int>(0);
  const std::weak_ptr<int> watched = held;
  Notification ended;
  CallWithRetries(
      absl::Now() + absl::Seconds(20), nullptr,
      [held = std::move(held)](grpc::ClientContext*, std::function<void(grpc::Status)> done) {
        done(++*held < 3 ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "away") : grpc::Status::OK);
      },
      [&](const absl::Status& status) {
        EXPECT_TRUE(status.ok()) << status;
        ended.Notify();
      });
  ASSERT_TRUE(ended.WaitForNotificationWithTimeout(absl::Seconds(20)));
  for (int i = 0; i < 500 && !watched.expired(); ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace tricorn::client
