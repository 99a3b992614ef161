#include "core/tensor/npy.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace tricorn {
namespace {

std::string File(std::string_view dict, std::string_view data, char version = 1) {
  std::string file = "\x93NUMPY";
  file += {version, '\0', static_cast<char>(dict.size()), '\0'};
  if (version > 1) file += {'\0', '\0'};
  return file.append(dict).append(data);
}

TEST(Npy, RoundTripsEveryDtype) {
  for (int i = 0; i <= static_cast<int>(DType::kF64); ++i) {
    const auto dtype = static_cast<DType>(i);
    if (dtype == DType::kBF16) continue;
    for (const Shape& shape : {Shape{}, Shape{0, 3}, Shape{5}, Shape{2, 3, 4}}) {
      Tensor x(dtype, shape);
      for (int64_t k = 0; k < x.nbytes(); ++k) x.bytes()[k] = std::byte(k % (i == 0 ? 2 : 256));
      const auto file = WriteNpy(x);
      ASSERT_TRUE(file.ok()) << file.status();
      EXPECT_EQ((file->size() - static_cast<size_t>(x.nbytes())) % 64, 0u);
      const auto back = ReadNpy(*file);
      ASSERT_TRUE(back.ok()) << back.status();
      EXPECT_TRUE(BitwiseEqual(*back, x)) << Name(dtype) << shape.ToString();
    }
  }
  EXPECT_FALSE(WriteNpy(Tensor(DType::kBF16, {1})).ok());
}

TEST(Npy, ReadsFortranOrderAndBigEndian) {
  using namespace std::string_literals;
  const std::string data = "\0\1\0\2\0\3\0\4\0\5\0\6"s;  // columns of [[1, 3, 5], [2, 4, 6]]
  for (const char version : {1, 2, 3}) {
    const auto x =
        ReadNpy(File("{\"descr\": '>i2', 'fortran_order': True, 'shape': (2, 3)}", data, version));
    ASSERT_TRUE(x.ok()) << x.status();
    EXPECT_EQ(x->ToString(), "int16(2, 3) [1, 3, 5, 2, 4, 6]");
  }
}

TEST(Npy, RefusesWhatItCannotHold) {
  for (const std::string_view dict :
       {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 8), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }",
        "{'descr': '<f4', 'fortran_order': False, }", "{'descr': '<f4'", "", "{'descr: 1}"}) {
    EXPECT_EQ(ReadNpy(File(dict, std::string(16, 'x'))).status().code(),
              absl::StatusCode::kInvalidArgument)
        << dict;
  }
}

TEST(Npy, SurvivesTruncationAndFlippedBytes) {
  const std::string file = *WriteNpy(Tensor(DType::kF32, {3, 4}));
  for (size_t n = 0; n < file.size(); ++n) EXPECT_FALSE(ReadNpy(file.substr(0, n)).ok()) << n;
  for (uint64_t seed = 0; seed < 5000; ++seed) {
    PhiloxStream random(seed);
    std::string damaged = file;
    damaged[random.Below(file.size())] = static_cast<char>(random.Next());
    const auto x = ReadNpy(damaged);
    if (x.ok()) {
      EXPECT_LE(x->nbytes(), 48);
    }
  }
}

}  // namespace
}  // namespace tricorn
