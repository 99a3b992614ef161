#include "core/base/fingerprint.h"

#include <gtest/gtest.h>

#include <string>

namespace tricorn {
namespace {

std::string Printable(size_t length) {
  std::string text;
  for (size_t i = 0; i < length; ++i) text += static_cast<char>(33 + i % 90);
  return text;
}

TEST(Fingerprint64, IsFarmHash) {
  EXPECT_EQ(Fingerprint64(""), 0x9ae16a3b2f90404fu);
  EXPECT_EQ(Fingerprint64("a"), 0xb3454265b6df75e3u);
  EXPECT_EQ(Fingerprint64("abc"), 0x24a5b3a074e7f369u);
  EXPECT_EQ(Fingerprint64("hello wo"), 0x32301b72a4eecd8bu);
  EXPECT_EQ(Fingerprint64("hello world"), 0x588fb7478bd6b01bu);
  EXPECT_EQ(Fingerprint64(std::string(17, 'x')), 0x9ce745a1f3812fa5u);
  EXPECT_EQ(Fingerprint64("abcdefghijklmnopqrstuvwxyz0123456"), 0xf49eb04963c87e0bu);
  EXPECT_EQ(Fingerprint64(std::string(64, 'q')), 0xeccabf5bd55ae477u);
  EXPECT_EQ(Fingerprint64(Printable(65)), 0x9c2c065faeca6681u);
  EXPECT_EQ(Fingerprint64(Printable(200)), 0x5862ef82192b0a47u);
}

// The paper's example: key 00 01 ... 0f, message 00 01 ... 0e.
TEST(SipHash, IsThePapersExample) {
  std::string message;
  for (char c = 0; c < 15; ++c) message += c;
  EXPECT_EQ(SipHash({0x0706050403020100u, 0x0f0e0d0c0b0a0908u}, message), 0xa129ca6149be45e5u);
}

// Buckets that TensorFlow gives for a crossing of "A" or "B" with a number.
TEST(FingerprintCat64, IsTensorFlows) {
  const auto bucket = [](std::string_view text, uint64_t number) {
    constexpr uint64_t kKey = 0xDECAFCAFFE;
    return FingerprintCat64(FingerprintCat64(kKey, Fingerprint64(text)), number) % 5;
  };
  EXPECT_EQ(bucket("A", 101), 1u);
  EXPECT_EQ(bucket("B", 101), 4u);
  EXPECT_EQ(bucket("B", 102), 1u);
  EXPECT_EQ(bucket("A", 102), 3u);
}

}  // namespace
}  // namespace tricorn
