#include "core/data/dataset.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/json_fields.h"
#include "core/base/random.h"
#include "core/data/formats/csv.h"
#include "core/data/formats/dataset_spec.h"
#include "core/data/formats/idx.h"
#include "core/io/memory_file.h"
#include "core/io/npz.h"

namespace tricorn {
namespace {

using namespace std::string_literals;

const std::string kIdx = "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"s + "abcdef";

absl::StatusOr<Dataset> Read(const DatasetSpec& spec,
                             const std::map<std::string, std::string>& files) {
  return ReadDataset(
      spec, [&](const DatasetFile& file) -> absl::StatusOr<std::unique_ptr<RandomAccessFile>> {
        if (!files.contains(file.path)) return NotFound("{}: no such file", file.path);
        return std::make_unique<MemoryFile>(files.at(file.path));
      });
}

TEST(Dataset, ChecksRolesAndRows) {
  const Tensor two(DType::kF32, {2, 3}), three(DType::kF32, {3});
  const auto error = [](std::vector<Dataset::NamedTensor> tensors) {
    return std::string(Dataset::FromTensors(std::move(tensors)).status().message());
  };
  EXPECT_EQ(error({{"x", two}, {"y", three}}), "y: expected 2 rows as x, received 3");
  EXPECT_EQ(error({{"x", two}, {"x", two}}), "x: expected once, received twice");
  EXPECT_EQ(error({{"y", two}}), "dataset: expected a column x, received 1 columns without one");
  EXPECT_EQ(error({{"x", Tensor(DType::kF32, {0, 4})}}),
            "dataset: expected at least 1 row, received 0");
  EXPECT_NE(error({{"x", Tensor::Scalar(1.0f)}}).find("scalar"), std::string::npos);
  for (const std::string name : {"z", "x/", "/x", "xx", ""}) EXPECT_NE(error({{name, two}}), "");
  const auto dataset =
      Dataset::FromTensors({{"y", two}, {"x/b", two}, {"sample_weight", two}, {"x/a", two}});
  ASSERT_TRUE(dataset.ok());
  std::string order;
  for (const Column& column : dataset->columns()) order += column.name + " ";
  EXPECT_EQ(order, "x/b x/a y sample_weight ");
}

TEST(Dataset, ReadsNpzAndNpyByRole) {
  const Tensor x = Tensor::From<uint8_t>({2, 2}, {1, 2, 3, 4}),
               y = Tensor::From<int64_t>({2}, {5, 6});
  DatasetSpec spec;
  ASSERT_TRUE(FromJson(*Json::Parse(R"({"format": "npz", "files": [{"path": "a"}]})"), &spec).ok());
  const auto npz = Read(spec, {{"a", *WriteNpz({{"x", x}, {"y", y}})}});
  ASSERT_TRUE(npz.ok()) << npz.status();
  EXPECT_EQ(npz->columns()[0].rows->dtype(), DType::kU8);
  const auto npy = Read({.format = "npy", .files = {{"a", "y"}, {"b", "x"}}},
                        {{"a", *WriteNpy(y)}, {"b", *WriteNpy(x)}});
  ASSERT_TRUE(npy.ok()) << npy.status();
  for (const Dataset* const dataset : {&*npz, &*npy}) {
    ASSERT_EQ(dataset->columns().size(), 2u);
    uint8_t rows[4];
    const std::vector<int64_t> order = {1, 0};
    ASSERT_TRUE(
        dataset->columns()[0].rows->ReadRows(order, reinterpret_cast<std::byte*>(rows)).ok());
    EXPECT_EQ(std::vector<int>(rows, rows + 4), (std::vector<int>{3, 4, 1, 2}));
  }
}

TEST(Dataset, ErrorsNameTheFile) {
  const std::string npz =
      *WriteNpz({{"x", Tensor(DType::kF32, {1})}, {"z", Tensor(DType::kF32, {1})}});
  const auto error = [&](const DatasetSpec& spec) {
    return std::string(Read(spec, {{"a", npz}, {"c", "p,q\n1,2\n"}}).status().message());
  };
  EXPECT_EQ(
      error({.format = "parquet", .files = {}}),
      "format: expected one of npz, npy, idx, csv, tfrecord, image_folder, received \"parquet\"");
  EXPECT_EQ(error({.format = "npz", .files = {{"a"}}}),
            "a: array: expected x, y or sample_weight, alone or as in x/NAME, received \"z\"");
  EXPECT_EQ(error({.format = "idx", .files = {{"b", "x"}}}), "b: no such file");
  EXPECT_EQ(error({.format = "idx", .files = {{"a", "x"}}}).find("a: IDX: "), 0u);
  EXPECT_EQ(error({.format = "csv",
                   .files = {{"c"}},
                   .options = Json::MakeObject({{"y", Json::MakeArray({"r"})}})}),
            "c: column: expected one of 2 (p, q), received \"r\"");
  EXPECT_EQ(error({.format = "csv", .files = {{"c"}}, .options = Json::MakeObject({{"labels", 1}})})
                .find("options: labels: "),
            0u);
}

TEST(Idx, KeepsUint8AndTurnsBigEndian) {
  EXPECT_EQ(ParseIdx(kIdx)->ToString(), "uint8(2, 3) [97, 98, 99, 100, 101, 102]");
  EXPECT_EQ(ParseIdx("\0\0\x0c\x01\0\0\0\x02\0\0\1\0\xff\xff\xff\xff"s)->ToString(),
            "int32(2,) [256, -1]");
}

TEST(Idx, SurvivesTruncationAndFlippedBytes) {
  for (size_t n = 0; n < kIdx.size(); ++n) EXPECT_FALSE(ParseIdx(kIdx.substr(0, n)).ok()) << n;
  EXPECT_FALSE(ParseIdx(kIdx + "x").ok());
  EXPECT_FALSE(ParseIdx("\0\0\x08\x02\xff\xff\xff\xff\xff\xff\xff\xff"s).ok());
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = kIdx;
    damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
    const auto tensor = ParseIdx(damaged);
    if (tensor.ok()) {
      EXPECT_LE(tensor->nbytes(), 14) << seed;
    }
  }
}

TEST(Idx, ReadsFashionMnist) {
  const std::string folder = "/usr/share/datasets/fashion-mnist/";
  if (!std::filesystem::exists(folder))
    GTEST_SKIP() << "no " << folder << ": dataset-fashion-mnist is not installed";
  const auto dataset =
      ReadDataset(Env::Posix(), {.format = "idx",
                                 .files = {{folder + "t10k-images-idx3-ubyte.gz", "x"},
                                           {folder + "t10k-labels-idx1-ubyte.gz", "y"}}});
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  EXPECT_EQ(dataset->num_rows(), 10000);
  EXPECT_EQ(dataset->columns()[0].rows->row_shape(), (Shape{28, 28}));
  EXPECT_EQ(dataset->columns()[0].rows->dtype(), DType::kU8);
  const std::string file = *Env::Posix().ReadFile(folder + "t10k-labels-idx1-ubyte.gz");
  for (size_t n = 0; n < file.size(); n += 97) EXPECT_FALSE(ParseIdx(file.substr(0, n)).ok()) << n;
  for (uint64_t seed = 0; seed < 300; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = file;
    const size_t at = 40 + random.Below(damaged.size() - 40);  // beyond the file name in the header
    damaged[at] ^= static_cast<char>(1 + random.Below(255));
    EXPECT_FALSE(ParseIdx(damaged).ok()) << seed;
  }
}

TEST(Csv, SplitsColumnsByRole) {
  const auto tensors = ParseCsv(
      "\xef\xbb\xbf"
      "a,\"b\",w,label\r\n1, 2.5,1,3\r\n\r\n\"-4\",+5e1,0.5,0\r\n",
      {.y = {"label"}, .sample_weight = "w"});
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 3u);
  EXPECT_EQ((*tensors)[0].tensor.ToString(), "float32(2, 2) [1, 2.5, -4, 50]");
  EXPECT_EQ((*tensors)[1].tensor.ToString(), "int64(2,) [3, 0]");
  EXPECT_EQ((*tensors)[2].tensor.ToString(), "float32(2,) [1, 0.5]");
  const auto by_index =
      ParseCsv("1;2;3.5\n4;5;6", {.header = false, .delimiter = ";", .x = {1}, .y = {-1}});
  ASSERT_TRUE(by_index.ok()) << by_index.status();
  EXPECT_EQ((*by_index)[0].tensor.ToString(), "float32(2, 1) [2, 5]");
  EXPECT_EQ((*by_index)[1].tensor.ToString(), "float32(2,) [3.5, 6]");
}

TEST(Csv, ErrorsNameLineAndColumn) {
  const auto error = [](std::string_view text, const CsvOptions& options = {}) {
    return std::string(ParseCsv(text, options).status().message());
  };
  EXPECT_EQ(error("a,b\n1,2\n\n3,x4\n"),
            "line 4, column \"b\": expected a number, received \"x4\"");
  EXPECT_EQ(error("a,b\n1,\n"), "line 2, column \"b\": expected a number, received \"\"");
  EXPECT_EQ(error("a,b\n1,2\n3\n"), "line 3: expected 2 fields, received 1");
  EXPECT_EQ(error("a,b\n\"1\n1\",2\n1,2,3\n", {.x = {"b"}}),
            "line 4: expected 2 fields, received 3");
  EXPECT_EQ(error("a,b\n\"1,2\n"), "line 2: expected a closing quote, received none");
  EXPECT_EQ(error("1,2", {.header = false, .y = {2}}), "column: expected one of 2, received 2");
  EXPECT_EQ(error("a,a\n", {.x = {0}, .y = {0}}), "column \"a\": expected one role, received two");
}

TEST(Csv, SurvivesFlippedBytes) {
  const std::string text = "a,\"b\",c\n1,2,3\n\"4\",5.5e3,6\n7,-8,9\n";
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = text.substr(0, 1 + random.Below(text.size()));
    damaged[random.Below(damaged.size())] = static_cast<char>(random.Next());
    const auto tensors = ParseCsv(damaged, {.y = {-1}});
    if (tensors.ok() && !tensors->empty()) {
      EXPECT_LE((*tensors)[0].tensor.num_elements(), 16) << seed;
    }
  }
}

}  // namespace
}  // namespace tricorn
