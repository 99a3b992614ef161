#include "core/io/hdf5/hdf5.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace tricorn {
namespace {

Hdf5Group SmallTree() {
  Hdf5Group root;
  root.Make("vars").attributes["name"] = "modèle";
  for (const auto dtype :
       {DType::kBool, DType::kU8, DType::kI8, DType::kU16, DType::kI16, DType::kU32, DType::kI32,
        DType::kU64, DType::kI64, DType::kF16, DType::kBF16, DType::kF32, DType::kF64}) {
    Hdf5Group& vars = root.Make(std::string("layers/").append(Name(dtype)).append("/vars"));
    vars.attributes["name"] = Name(dtype);
    int i = 0;
    for (const Shape& shape : {Shape{}, Shape{0, 2}, Shape{3}, Shape{2, 1, 5}}) {
      Tensor x(dtype, shape);
      for (int64_t k = 0; k < x.nbytes(); ++k) {
        x.bytes()[k] = std::byte(dtype == DType::kBool ? k % 2 : k * 37 % 256);
      }
      vars.datasets.emplace(std::to_string(i++), x);
    }
  }
  return root;
}

TEST(Hdf5, RoundTripsEveryDtype) {
  const Hdf5Group root = SmallTree();
  const auto file = WriteHdf5(root);
  ASSERT_TRUE(file.ok()) << file.status();
  const auto back = ReadHdf5(*file);
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(BitwiseEqual(root, *back));
  EXPECT_EQ(*WriteHdf5(*back), *file);
}

TEST(Hdf5, ReadsGroupsTooWideForOneNode) {
  Hdf5Group root;
  for (int i = 0; i < 3000; ++i) {
    root.Make("layers/dense_" + std::to_string(i) + "/vars").attributes["name"] =
        std::string(i % 90, 'x');
  }
  const auto back = ReadHdf5(*WriteHdf5(root));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_TRUE(BitwiseEqual(root, *back));
}

TEST(Hdf5, FindsGroupsByPath) {
  const Hdf5Group root = SmallTree();
  EXPECT_EQ(root.Find(""), &root);
  EXPECT_EQ(root.Find("layers/int8/vars")->attributes.at("name"), "int8");
  EXPECT_EQ(root.Find("layers/int9"), nullptr);
}

TEST(Hdf5, RefusesNamesThatItCannotWrite) {
  for (const std::string name : {"", ".", "a/b"}) {
    Hdf5Group root;
    root.datasets.emplace(name, Tensor::Scalar(1.0f));
    EXPECT_EQ(WriteHdf5(root).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
  Hdf5Group root;
  root.datasets.emplace("a", Tensor::Scalar(1.0f));
  root.Make("a");
  EXPECT_FALSE(WriteHdf5(root).ok());
}

TEST(Hdf5, RefusesTruncatedFiles) {
  const std::string file = *WriteHdf5(SmallTree());
  for (size_t n = 0; n < file.size(); n += n < 4096 ? 1 : 61) {
    EXPECT_FALSE(ReadHdf5(std::string_view(file).substr(0, n)).ok()) << n;
  }
}

TEST(Hdf5, SurvivesFlippedBytes) {
  const std::string file = *WriteHdf5(SmallTree());
  int refused = 0;
  for (uint64_t seed = 0; seed < 20000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = file;
    for (uint64_t n = 1 + random.Below(4); n > 0; --n) {
      damaged[random.Below(file.size())] = static_cast<char>(random.Next());
    }
    refused += !ReadHdf5(damaged).ok();
  }
  EXPECT_GT(refused, 500);  // most of a file is padding
}

}  // namespace
}  // namespace tricorn
