#include "core/io/zip/zip.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "core/base/random.h"
#include "core/io/memory_file.h"
#include "core/io/npz.h"

namespace tricorn {
namespace {

absl::StatusOr<std::unique_ptr<ZipReader>> Open(std::string bytes) {
  return ZipReader::Open(std::make_unique<MemoryFile>(std::move(bytes)));
}

// Reads every member; the first error.
absl::Status ReadAll(std::string bytes) {
  ASSIGN_OR_RETURN(const auto zip, Open(std::move(bytes)));
  for (const ZipMember& member : zip->members()) RETURN_IF_ERROR(zip->Read(member.name).status());
  return absl::OkStatus();
}

// Where `bytes` holds the little-endian 32-bit `value`, puts `with`.
std::string Replace32(std::string bytes, uint32_t value, uint32_t with) {
  const std::string from(reinterpret_cast<const char*>(&value), 4);
  const std::string to(reinterpret_cast<const char*>(&with), 4);
  for (size_t at = 0; (at = bytes.find(from, at)) != bytes.npos; at += 4) bytes.replace(at, 4, to);
  return bytes;
}

// zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED).writestr("a", "tricorn " * 10)
std::string Deflated() {
  constexpr uint8_t kFile[] = {
      0x50, 0x4b, 0x03, 0x04, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00, 0xd9,
      0x75, 0x53, 0x5b, 0x0d, 0x00, 0x00, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00,
      0x61, 0x2b, 0x29, 0xca, 0x4c, 0xce, 0x2f, 0xca, 0x53, 0x28, 0xa1, 0x12, 0x0d, 0x00, 0x50,
      0x4b, 0x01, 0x02, 0x14, 0x03, 0x14, 0x00, 0x00, 0x00, 0x08, 0x00, 0x00, 0x00, 0x21, 0x00,
      0xd9, 0x75, 0x53, 0x5b, 0x0d, 0x00, 0x00, 0x00, 0x50, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
      0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x01, 0x00, 0x00, 0x00, 0x00,
      0x61, 0x50, 0x4b, 0x05, 0x06, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x2f, 0x00,
      0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00, 0x00,
  };
  return std::string(reinterpret_cast<const char*>(kFile), sizeof(kFile));
}

TEST(Zip, KeepsOrderAndBytes) {
  const std::string zeroes(300000, '\0');
  const std::vector<ZipEntry> entries = {{"b", "first"}, {"a/c", ""}, {"z", zeroes}};
  const auto bytes = WriteZip(entries);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  EXPECT_GT(bytes->size(), zeroes.size());  // stored
  EXPECT_EQ(*WriteZip(entries), *bytes);
  const auto zip = Open(*bytes);
  ASSERT_TRUE(zip.ok()) << zip.status();
  ASSERT_EQ((*zip)->members().size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ((*zip)->members()[i].name, entries[i].name);
    EXPECT_EQ(*(*zip)->Read(entries[i].name), entries[i].bytes);
  }
  EXPECT_EQ((*zip)->Read("c").status().code(), absl::StatusCode::kNotFound);
}

TEST(Zip, ReadsDeflatedMembers) {
  const auto zip = Open(Deflated());
  ASSERT_TRUE(zip.ok()) << zip.status();
  std::string expected;
  for (int i = 0; i < 10; ++i) expected += "tricorn ";
  EXPECT_EQ(*(*zip)->Read("a"), expected);
}

TEST(Zip, RefusesNamesThatEscape) {
  for (const std::string_view name : {"/etc/x", "../x", "a/../../x", "a/..", "a\\b", ""}) {
    EXPECT_FALSE(WriteZip(std::vector<ZipEntry>{{name, "x"}}).ok()) << name;
  }
  std::string bytes = *WriteZip(std::vector<ZipEntry>{{"aa/x", "x"}});
  for (size_t at; (at = bytes.find("aa/x")) != bytes.npos;) bytes.replace(at, 4, "../x");
  EXPECT_FALSE(ReadAll(bytes).ok());
}

TEST(Zip, RefusesBombsWrongChecksumsAndDuplicates) {
  const std::string data(77777, 'x');
  const std::string bytes = *WriteZip(std::vector<ZipEntry>{{"aaaa", data}, {"bbbb", "y"}});
  EXPECT_TRUE(ReadAll(bytes).ok());
  EXPECT_FALSE(ReadAll(Replace32(bytes, 77777, 0x7fffffff)).ok());
  EXPECT_NE(ReadAll(Replace32(Deflated(), 80, 0x7fffffff)).message().find("bomb"),
            std::string_view::npos);
  std::string damaged = bytes;
  damaged[5000] ^= 1;
  EXPECT_EQ(ReadAll(damaged).code(), absl::StatusCode::kDataLoss);
  std::string twice = bytes;
  for (size_t at; (at = twice.find("bbbb")) != twice.npos;) twice.replace(at, 4, "aaaa");
  EXPECT_FALSE(ReadAll(twice).ok());
}

// An end record: 22 bytes from "PK\5\6" on; the members that it claims at 8 and 10.
std::string EndRecord(uint16_t members) {
  std::string record(22, '\0');
  record.replace(0, 4, "PK\5\6");
  std::memcpy(record.data() + 8, &members, 2);
  std::memcpy(record.data() + 10, &members, 2);
  return record;
}

TEST(Zip, RefusesEndRecordsWhoseClaimsDoNotFitTheFile) {
  EXPECT_THAT(std::string(Open(EndRecord(60000)).status().message()),
              testing::HasSubstr("expected at most 0 members in 22 bytes, received 60000"));
  std::string many;
  for (int i = 0; i < 9; ++i) many += EndRecord(0);
  EXPECT_THAT(std::string(Open(many).status().message()),
              testing::HasSubstr("expected one end record, received more than 8"));
  // The form for large archives: a record of 56 bytes and a locator that says where it is.
  std::string large(56 + 20, '\0');
  large.replace(0, 4, "PK\6\6");
  const uint64_t claimed = uint64_t{1} << 40;
  std::memcpy(large.data() + 32, &claimed, 8);
  large.replace(56, 4, "PK\6\7");
  EXPECT_THAT(std::string(Open(large + EndRecord(0xffff)).status().message()),
              testing::HasSubstr("received 1099511627776"));
}

TEST(Zip, ReadsAnArchiveThatHoldsArchives) {
  const std::string inner = *WriteZip(std::vector<ZipEntry>{{"x", "1"}});
  const std::vector<ZipEntry> entries = {{"a.zip", inner}, {"b.zip", inner}, {"c.zip", inner}};
  EXPECT_TRUE(ReadAll(*WriteZip(entries)).ok());
}

TEST(Npz, RoundTripsAndNamesWhatIsMissing) {
  const std::map<std::string, Tensor> arrays = {{"x", Tensor::From<uint8_t>({2, 2}, {1, 2, 3, 4})},
                                                {"y", Tensor::Scalar(int64_t{7})}};
  const std::string bytes = *WriteNpz(arrays);
  auto npz = NpzReader::OpenBytes(bytes);
  ASSERT_TRUE(npz.ok()) << npz.status();
  EXPECT_EQ(npz->names(), (std::vector<std::string>{"x", "y"}));
  for (const auto& [name, tensor] : arrays) EXPECT_TRUE(BitwiseEqual(*npz->Read(name), tensor));
  EXPECT_EQ(npz->Read("z").status().message(), "npz: expected one of (x, y), received z");
}

TEST(Npz, SurvivesTruncationAndFlippedBytes) {
  const std::string file =
      *WriteNpz({{"x", Tensor(DType::kF32, {5})}, {"y", Tensor(DType::kU8, {3})}});
  const auto read = [](std::string bytes) -> absl::Status {
    ASSIGN_OR_RETURN(NpzReader npz, NpzReader::OpenBytes(std::move(bytes)));
    for (const std::string& name : npz.names()) RETURN_IF_ERROR(npz.Read(name).status());
    return absl::OkStatus();
  };
  ASSERT_TRUE(read(file).ok());
  for (size_t n = 0; n < file.size(); ++n) EXPECT_FALSE(read(file.substr(0, n)).ok()) << n;
  int refused = 0;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = file;
    damaged[random.Below(file.size())] ^= static_cast<char>(1 + random.Below(255));
    refused += !read(damaged).ok();
  }
  EXPECT_GT(refused, 2500);
}

}  // namespace
}  // namespace tricorn
