#include "core/io/tfrecord.h"

#include <gtest/gtest.h>

#include "core/io/crc32c.h"

namespace tricorn {
namespace {

TEST(Crc32c, IsThatOfRfc3720) {
  EXPECT_EQ(Crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(Crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(Crc32c("123456789"), 0xe3069283u);
}

TEST(TfRecord, FramesAsTensorFlowDoes) {
  EXPECT_EQ(TfRecord("abc"),
            std::string("\x03\0\0\0\0\0\0\0\xb0\x99\x49\x0e", 12) + "abc" + "\x6e\x57\xf1\x21");
}

}  // namespace
}  // namespace tricorn
