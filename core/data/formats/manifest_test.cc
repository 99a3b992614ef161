#include "core/data/formats/manifest.h"

#include <gtest/gtest.h>

#include "core/base/json_fields.h"
#include "core/io/memory_file.h"
#include "core/io/npz.h"

namespace tricorn {
namespace {

TEST(Manifest, DescribesByContentAndChecks) {
  const std::string path = testing::TempDir() + "/manifest_test.npz";
  const std::string bytes =
      *WriteNpz({{"x", Tensor(DType::kU8, {5, 28, 28})}, {"y", Tensor(DType::kI64, {5})}});
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(path, bytes).ok());
  const auto manifest = MakeManifest(Env::Posix(), {.format = "npz", .files = {{path}}});
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(manifest->num_rows, 5);
  EXPECT_EQ(manifest->columns[0], (ManifestColumn{"x", DType::kU8, {28, 28}}));
  DatasetManifest back;
  ASSERT_TRUE(FromJson(*Json::Parse(ToJson(*manifest).Dump()), &back).ok());
  EXPECT_TRUE(back == *manifest);

  const auto read = [&](const DatasetManifest& expected, const std::string& file) {
    return ReadDataset(
        expected, [&](const DatasetFile&) -> absl::StatusOr<std::unique_ptr<RandomAccessFile>> {
          return std::make_unique<MemoryFile>(file);
        });
  };
  EXPECT_EQ(read(back, bytes)->num_rows(), 5);
  EXPECT_TRUE(absl::IsDataLoss(read(back, bytes + "x").status()));
  back.num_rows = 6;
  EXPECT_TRUE(absl::IsDataLoss(read(back, bytes).status()));
  EXPECT_TRUE(Env::Posix().Remove(path).ok());
}

}  // namespace
}  // namespace tricorn
