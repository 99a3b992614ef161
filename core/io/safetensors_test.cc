#include "core/io/safetensors.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

std::string File(std::string header, std::string_view data) {
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  return file + header + std::string(data);
}

TEST(Safetensors, KeepsTensorsAndMetadata) {
  Safetensors contents;
  contents.metadata = {{"format", "keras"}};
  contents.tensors.emplace("dense/kernel", Tensor::From<float>({2, 2}, {1, 2, 3, 4}));
  contents.tensors.emplace("flag", Tensor::Scalar(true));
  contents.tensors.emplace("count", Tensor::Scalar<int64_t>(7));
  const auto bytes = WriteSafetensors(contents);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const auto read = ReadSafetensors(*bytes);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->metadata, contents.metadata);
  EXPECT_EQ(read->tensors, contents.tensors);
}

TEST(Safetensors, WritesTheLayoutOfTheReferenceLibrary) {
  Safetensors contents;
  contents.tensors.emplace("a", Tensor::From<uint8_t>({2}, {5, 6}));
  const std::string header = R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
  const auto read = ReadSafetensors(File(header, "\5\6"));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->tensors, contents.tensors);
  EXPECT_EQ(WriteSafetensors(contents)->size() % 8, 2u);
}

TEST(Safetensors, RefusesWhatDoesNotLieInTheFile) {
  const auto error = [](const std::string& header, std::string_view data) {
    return std::string(ReadSafetensors(File(header, data)).status().message());
  };
  EXPECT_EQ(error(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})", "\5"),
            "safetensors: expected 2 bytes of tensors, received 1");
  EXPECT_EQ(error(R"({"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}})", "\5"),
            "a: expected a dtype from BOOL to F64, received F8_E4M3");
  EXPECT_EQ(
      error(R"({"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,1]}})", "\5"),
      "a: expected 9223372036854775807 bytes within 1, received offsets 0 to 1");
  EXPECT_EQ(error(R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                  R"("b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}})",
                  "\5"),
            "safetensors: b: expected bytes from offset 1, received 0");
  EXPECT_FALSE(ReadSafetensors("short").ok());
}

}  // namespace
}  // namespace tricorn
