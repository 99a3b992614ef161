#include "server/log/sqlite_log.h"

#include <stdlib.h>

#include "core/base/env.h"
#include "core/base/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tricorn::server {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SqliteLogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tricorn_log_XXXXXX";
    ASSERT_NE(mkdtemp(name), nullptr);
    directory_ = name;
  }
  void TearDown() override { EXPECT_TRUE(Env::Posix().RemoveRecursively(directory_).ok()); }

  std::unique_ptr<SqliteLog> Open(const SqliteLogOptions& options = {}) {
    auto log = SqliteLog::Open(JoinPath(directory_, "log.sqlite"), options);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  std::string directory_;
};

TEST_F(SqliteLogTest, KeepsEventsOverReopening) {
  ASSERT_TRUE(Open()->Append({.events = {"a", "b"}, .feed = {}, .deleted_feeds = {}}).ok());
  auto log = Open();
  ASSERT_TRUE(
      log->Append({.events = {std::string("\0c", 2)}, .feed = {}, .deleted_feeds = {}}).ok());
  EXPECT_THAT(log->Read()->events, ElementsAre("a", "b", std::string("\0c", 2)));
  EXPECT_EQ(log->Read()->snapshot, "");
}

TEST_F(SqliteLogTest, SnapshotTakesThePlaceOfEvents) {
  auto log = Open();
  ASSERT_TRUE(log->Append({.events = {"a"}, .feed = {}, .deleted_feeds = {}}).ok());
  ASSERT_TRUE(log->Compact("state").ok());
  ASSERT_TRUE(log->Append({.events = {"b"}, .feed = {}, .deleted_feeds = {}}).ok());
  EXPECT_EQ(log->Read()->snapshot, "state");
  EXPECT_THAT(log->Read()->events, ElementsAre("b"));
}

TEST_F(SqliteLogTest, ReadsAFeedFromAnyPoint) {
  auto log = Open();
  ASSERT_TRUE(log->Append({.events = {"e"},
                           .feed = {{"j", 1, "one"}, {"j", 2, "two"}, {"other", 1, "x"}},
                           .deleted_feeds = {}})
                  .ok());
  const auto rows = log->ReadFeed("j", 1, 10);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].event, "two");
  EXPECT_EQ(log->ReadFeed("j", 0, 1)->size(), 1u);
  ASSERT_TRUE(log->Append({.events = {}, .feed = {}, .deleted_feeds = {"j"}}).ok());
  EXPECT_THAT(*log->ReadFeed("j", 0, 10), IsEmpty());
  EXPECT_EQ(log->ReadFeed("other", 0, 10)->size(), 1u);
}

TEST_F(SqliteLogTest, ReadsALittleAtATimeOfLargeEvents) {
  auto log = Open();
  const std::string large(size_t{3} << 20, 'x');
  ASSERT_TRUE(log->Append({.events = {},
                           .feed = {{"j", 1, large}, {"j", 2, large}, {"j", 3, "small"}},
                           .deleted_feeds = {}})
                  .ok());
  EXPECT_EQ(log->ReadFeed("j", 0, 10)->size(), 1u);
  EXPECT_EQ(log->ReadFeed("j", 1, 10)->size(), 1u);
  const auto rest = log->ReadFeed("j", 2, 10);
  ASSERT_EQ(rest->size(), 1u);
  EXPECT_EQ((*rest)[0].event, "small");
}

TEST_F(SqliteLogTest, AFeedBeginsAnewInTheBatchThatDeletesItsPredecessor) {
  auto log = Open();
  ASSERT_TRUE(
      log->Append({.events = {}, .feed = {{"j", 1, "old"}, {"j", 2, "old"}}, .deleted_feeds = {}})
          .ok());
  ASSERT_TRUE(log->Append({.events = {}, .feed = {{"j", 1, "new"}}, .deleted_feeds = {"j"}}).ok());
  const auto rows = log->ReadFeed("j", 0, 10);
  ASSERT_EQ(rows->size(), 1u);
  EXPECT_EQ((*rows)[0].event, "new");
}

TEST_F(SqliteLogTest, AFullDiskKeepsNothingOfTheBatchAndAllBefore) {
  auto log = Open({.max_bytes = 64 << 10});
  const std::string big(16 << 10, 'x');
  int kept = 0;
  absl::Status status;
  while ((status = log->Append({.events = {big, "tail"}, .feed = {}, .deleted_feeds = {}})).ok()) {
    ASSERT_LT(++kept, 10);
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_EQ(log->Read()->events.size(), static_cast<size_t>(2 * kept));
  // Room again: the log goes on.
  ASSERT_TRUE(log->Compact("small").ok());
  EXPECT_TRUE(log->Append({.events = {"next"}, .feed = {}, .deleted_feeds = {}}).ok());
  EXPECT_THAT(log->Read()->events, ElementsAre("next"));
}

TEST_F(SqliteLogTest, RefusesWhatIsNoLog) {
  const std::string path = JoinPath(directory_, "junk");
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, std::string(8192, 'j')).ok());
  EXPECT_EQ(SqliteLog::Open(path).status().code(), absl::StatusCode::kDataLoss);
  EXPECT_FALSE(SqliteLog::Open("/nonexistent/log").ok());
}

TEST_F(SqliteLogTest, ConstantsAreMadeOnce) {
  EXPECT_EQ(*Open()->Constant("cluster_id", "first"), "first");
  EXPECT_EQ(*Open()->Constant("cluster_id", "second"), "first");
}

}  // namespace
}  // namespace tricorn::server
