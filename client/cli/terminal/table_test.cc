#include "client/cli/terminal/table.h"

#include <gtest/gtest.h>

namespace tricorn::cli {
namespace {

TEST(FormatTable, AlignsColumnsWithoutTrailingBlanks) {
  EXPECT_EQ(FormatTable({{"A", "B"}, {"long", ""}, {"x", "y"}}), "A     B\nlong\nx     y");
}

TEST(FormatTable, ShowsTheFirstLineOfALongMessage) {
  EXPECT_EQ(FormatTable({{"A", "B"}, {"failed:\nwhy", "b"}}), "A            B\nfailed: ...  b");
}

TEST(Human, WritesSizesAndTimesShort) {
  EXPECT_EQ(HumanBytes(999), "999 B");
  EXPECT_EQ(HumanBytes(1'600'000), "1.6 MB");
  EXPECT_EQ(HumanBytes(123'000'000'000), "123 GB");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(850)), "850 ms");
  EXPECT_EQ(HumanDuration(absl::Seconds(7.25)), "7.2 s");
  EXPECT_EQ(HumanDuration(absl::Seconds(200)), "3 min 20 s");
  EXPECT_EQ(HumanDuration(absl::Hours(2) + absl::Minutes(5)), "2 h 5 min");
  const absl::Time now = absl::FromUnixSeconds(1000);
  EXPECT_EQ(HumanAge(now - absl::Seconds(5.4), now), "5.0 s ago");
  EXPECT_EQ(HumanAge(now - absl::Milliseconds(300), now), "just now");
  EXPECT_EQ(HumanAge(now + absl::Seconds(3), now), "just now");  // by another clock
  EXPECT_EQ(HumanAge(std::nullopt, now), "-");
}

TEST(ShortName, LeavesTheCollectionOut) {
  EXPECT_EQ(ShortName("jobs/a"), "a");
  EXPECT_EQ(ShortName("a"), "a");
}

}  // namespace
}  // namespace tricorn::cli
