#include "server/coordinator/coordinator.h"

#include <atomic>

#include "absl/time/clock.h"
#include "core/base/notification.h"
#include "gtest/gtest.h"

namespace tricorn::server {
namespace {

// A log on a disk that can be told to take its time.
class SlowLog : public EventLog {
 public:
  absl::Status Append(const LogBatch&) override {
    absl::SleepFor(absl::Milliseconds(delay_ms.load()));
    return absl::OkStatus();
  }
  absl::StatusOr<LogContents> Read() override { return LogContents(); }
  absl::Status Compact(const std::string&) override { return absl::OkStatus(); }
  absl::StatusOr<std::vector<FeedRow>> ReadFeed(const std::string&, int64_t, int) override {
    return std::vector<FeedRow>();
  }
  std::atomic<int> delay_ms = 0;
};

Event Worker(const std::string& id) {
  Event event;
  event.mutable_register_worker()->set_worker_id(id);
  event.mutable_register_worker()->set_incarnation("one");
  return event;
}

TEST(Coordinator, WorkersAreNotLostBecauseTheDiskWasSlow) {
  SlowLog log;
  CoordinatorOptions options;
  options.machine.lease_duration = absl::Seconds(1);
  const auto coordinator =
      Coordinator::Start(log, options, Logger("test", [](std::string_view) {})).value();
  coordinator->Submit(Worker("w"), nullptr);
  absl::SleepFor(absl::Milliseconds(300));
  log.delay_ms = 2000;
  Notification stored;
  coordinator->Submit(Worker("another"),
                      [&](const Effects&, const Coordinator::View&) { stored.Notify(); });
  absl::SleepFor(absl::Milliseconds(100));
  log.delay_ms = 0;
  // It lives, but cannot be heard.
  while (!stored.HasBeenNotified()) {
    coordinator->Heartbeat("w", "one", {}, [](const absl::Status&) {});
    absl::SleepFor(absl::Milliseconds(200));
  }
  absl::SleepFor(absl::Milliseconds(300));
  Notification asked;
  coordinator->Heartbeat("w", "one", {}, [&](const absl::Status& status) {
    EXPECT_TRUE(status.ok()) << status;
    asked.Notify();
  });
  asked.WaitForNotification();
}

}  // namespace
}  // namespace tricorn::server
