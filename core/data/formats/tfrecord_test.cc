#include "core/data/formats/tfrecord.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/base/random.h"
#include "core/data/formats/example.h"
#include "core/data/formats/tfrecord_reader.h"
#include "core/io/crc32c.h"

namespace tricorn {
namespace {

std::string LittleEndian(uint64_t value, int nbytes) {
  std::string bytes;
  for (int i = 0; i < nbytes; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

std::string Record(const std::string& data) {
  const std::string length = LittleEndian(data.size(), 8);
  return length + LittleEndian(MaskedCrc32c(length), 4) + data +
         LittleEndian(MaskedCrc32c(data), 4);
}

// A field of wire type 2; all here are shorter than 128 bytes.
std::string Field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}

std::string Floats(const std::vector<float>& values) {
  std::string packed(values.size() * sizeof(float), '\0');
  std::memcpy(packed.data(), values.data(), packed.size());
  return Field(2, Field(1, packed));
}
std::string Int64s(const std::string& varints) { return Field(3, Field(1, varints)); }
std::string Bytes(const std::string& value) { return Field(1, Field(1, value)); }

std::string MakeExample(const std::vector<std::pair<std::string, std::string>>& features) {
  std::string map;
  for (const auto& [name, feature] : features) map += Field(1, Field(1, name) + Field(2, feature));
  return Field(1, map);
}

TEST(TfRecord, KnowsTheChecksumOfTensorFlow) {
  // CRC-32C of "123456789" is 0xe3069283.
  EXPECT_EQ(MaskedCrc32c("123456789"), ((0xe3069283u >> 15) | (0xe3069283u << 17)) + 0xa282ead8u);
}

TEST(TfRecord, ReadsColumnsByRole) {
  const std::string file =
      Record(MakeExample({{"x", Floats({1, 2})}, {"y", Int64s("\x05")}, {"id", Bytes("a")}})) +
      Record(MakeExample(
          {{"y", Int64s("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")}, {"x", Floats({3, 4})}}));
  const auto columns = ParseTfRecords(file, {});
  ASSERT_TRUE(columns.ok()) << columns.status();
  ASSERT_EQ(columns->size(), 2u);
  EXPECT_EQ((*columns)[0].tensor, Tensor::From<float>({2, 2}, std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ((*columns)[1].tensor, Tensor::From<int64_t>({2}, std::vector<int64_t>{5, -1}));
}

TEST(TfRecord, ReadsBytesAsNumbersOfAShape) {
  const std::string file =
      Record(MakeExample({{"image", Bytes("abcdef")}, {"label", Int64s("\x02")}}));
  const auto columns = ParseTfRecords(
      file, {.columns = {{.name = "x", .feature = "image", .shape = {2, 3}, .dtype = "uint8"},
                         {.name = "y", .feature = "label"}}});
  ASSERT_TRUE(columns.ok()) << columns.status();
  EXPECT_EQ((*columns)[0].tensor,
            Tensor::From<uint8_t>({1, 2, 3}, std::vector<uint8_t>{'a', 'b', 'c', 'd', 'e', 'f'}));
}

TEST(TfRecord, ReadsEveryByteButZeroAsTrue) {
  const std::string file = Record(MakeExample({{"x", Bytes(std::string("\0\1\7", 3))}}));
  const auto columns = ParseTfRecords(file, {.columns = {{.name = "x", .dtype = "bool"}}});
  ASSERT_TRUE(columns.ok()) << columns.status();
  const bool expected[] = {false, true, true};
  EXPECT_EQ((*columns)[0].tensor, Tensor::From<bool>({1, 3}, expected));
}

TEST(TfRecord, ErrorsNameTheRecord) {
  const auto error = [](const std::string& file, const TfRecordOptions& options = {}) {
    return std::string(ParseTfRecords(file, options).status().message());
  };
  const std::string one = Record(MakeExample({{"x", Floats({1, 2})}}));
  EXPECT_EQ(error(one + Record(MakeExample({{"x", Floats({1})}}))),
            "record 1: x: expected 2 numbers float32, received 1 numbers float32");
  EXPECT_EQ(error(one + Record(MakeExample({{"y", Floats({1})}}))),
            "record 1: x: expected the feature \"x\", received none");
  EXPECT_EQ(error(Record(MakeExample({{"x", Bytes("ab")}}))),
            "record 0: x: dtype: expected one, as the feature holds bytes");
  EXPECT_EQ(error(one, {.columns = {{.name = "z"}}}).substr(0, 24), "columns: name: expected ");
  std::string damaged = one;
  damaged[14] ^= 1;
  EXPECT_EQ(error(damaged), "record at 0: expected bytes with their checksum, received another");
  EXPECT_EQ(error(one.substr(0, one.size() - 1)).substr(0, 25), "record at 0: expected 21 ");
}

TEST(TfRecord, RefusesDtypesWithoutASize) {
  const std::string file = Record(MakeExample({{"x", Bytes("ab")}}));
  for (const char* dtype : {"string", "number"}) {
    const auto columns = ParseTfRecords(file, {.columns = {{.name = "x", .dtype = dtype}}});
    EXPECT_EQ(columns.status().code(), absl::StatusCode::kInvalidArgument) << dtype;
  }
}

TEST(TfRecord, RefusesALengthBeyondTheFileBeforeAllocating) {
  const std::string length = LittleEndian(uint64_t{1} << 62, 8);
  const std::string file = length + LittleEndian(MaskedCrc32c(length), 4) + "abcd";
  EXPECT_EQ(ParseTfRecords(file, {}).status().code(), absl::StatusCode::kDataLoss);
}

TEST(Example, AnyBytesGiveAValueOrAStatus) {
  const std::string good = MakeExample({{"x", Floats({1, 2})}, {"y", Int64s("\x05")}});
  PhiloxStream random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = good;
    for (int changes = 0; changes < 3; ++changes) {
      bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
    }
    bytes.resize(random.Below(bytes.size() + 1));
    (void)ParseExample(bytes);
  }
}

}  // namespace
}  // namespace tricorn
