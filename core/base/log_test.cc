#include "core/base/log.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tricorn {
namespace {

TEST(Logger, WritesOneJsonObjectALine) {
  std::vector<std::string> lines;
  const Logger logger("prog", [&](std::string_view line) { lines.emplace_back(line); });
  logger.With({"rank", 3}).Warning("two\nlines {} \"quoted\"", {{"path", "a/b"}});
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].find('\n'), std::string::npos);
  const absl::StatusOr<Json> json = Json::Parse(lines[0]);
  ASSERT_TRUE(json.ok()) << lines[0];
  EXPECT_EQ((*json)["level"].AsString(), "warning");
  EXPECT_EQ((*json)["program"].AsString(), "prog");
  EXPECT_EQ((*json)["rank"].AsInt(), 3);
  EXPECT_EQ((*json)["message"].AsString(), "two\nlines {} \"quoted\"");
  EXPECT_EQ((*json)["path"].AsString(), "a/b");
}

}  // namespace
}  // namespace tricorn
