#include "core/base/utf8.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

TEST(Utf8Prefix, CutsNoCharacter) {
  const std::string text = "a\u00e4\u20ac\U0001f600";  // of 1, 2, 3 and 4 bytes
  const size_t kept[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t max = 0; max < std::size(kept); ++max) {
    EXPECT_EQ(Utf8Prefix(text, max), text.substr(0, kept[max])) << max;
  }
}

TEST(Utf8Prefix, IsLongOfWhatIsNoText) {
  EXPECT_GE(Utf8Prefix(std::string(100, '\x80'), 50).size(), 47u);
  EXPECT_EQ(Utf8Prefix(std::string(100, '\x80'), 2).size(), 0u);
}

TEST(ValidUtf8, KeepsCharactersAndReplacesTheRest) {
  const std::string text = "a\u00e4\u20ac\U0001f600\x7f";
  EXPECT_EQ(ValidUtf8(text), text);
  EXPECT_EQ(ValidUtf8("caf\xe9 au lait"), "caf\ufffd au lait");
  EXPECT_EQ(ValidUtf8("\u20ac" + std::string("\xe2\x82")), "\u20ac\ufffd\ufffd");  // cut off
  EXPECT_EQ(ValidUtf8(std::string("\0\xff", 2)), std::string("\0", 1) + "\ufffd");
}

TEST(ValidUtf8, RefusesOverlongFormsSurrogatesAndWhatLiesBeyondUnicode) {
  EXPECT_EQ(ValidUtf8("\xc0\xaf"), "\ufffd\ufffd");
  EXPECT_EQ(ValidUtf8("\xe0\x80\xaf"), "\ufffd\ufffd\ufffd");
  EXPECT_EQ(ValidUtf8("\xed\xa0\x80"), "\ufffd\ufffd\ufffd");
  EXPECT_EQ(ValidUtf8("\xf4\x90\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
  EXPECT_EQ(ValidUtf8("\xf5\x80\x80\x80"), "\ufffd\ufffd\ufffd\ufffd");
}

}  // namespace
}  // namespace tricorn
