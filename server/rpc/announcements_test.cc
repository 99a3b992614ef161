#include "server/rpc/announcements.h"

#include "gtest/gtest.h"

namespace tricorn::server {
namespace {

TEST(Announcements, KeepsTheNewest) {
  Announcements announcements(/*max_count=*/3);
  for (const char* sha256 : {"a", "b", "c"}) announcements.Add(sha256, 1);
  announcements.Add("a", 2);  // anew
  announcements.Add("d", 4);
  EXPECT_TRUE(absl::IsNotFound(announcements.SizeOf("b").status()));
  EXPECT_EQ(announcements.SizeOf("a").value_or(0), 2);
  EXPECT_EQ(announcements.SizeOf("c").value_or(0), 1);
  EXPECT_EQ(announcements.SizeOf("d").value_or(0), 4);
  announcements.Remove("c");
  announcements.Add("e", 5);
  EXPECT_EQ(announcements.SizeOf("a").value_or(0), 2);
}

}  // namespace
}  // namespace tricorn::server
