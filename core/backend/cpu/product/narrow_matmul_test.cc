#include "core/backend/cpu/product/narrow_matmul.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/base/random.h"

namespace tricorn::backend::cpu {
namespace {

std::vector<float> Numbers(int64_t count, uint64_t seed) {
  std::vector<float> numbers(static_cast<size_t>(count));
  PhiloxStream random(seed);
  for (float& number : numbers) number = random.Uniform() - 0.5f;
  return numbers;
}

// With `a` as rows, or as columns (transposed).
MatmulSpec Spec(int64_t m, int64_t n, int64_t k, bool transposed) {
  return {.m = m,
          .n = n,
          .k = k,
          .a_strides = {0, transposed ? 1 : k, transposed ? m : 1},
          .b_strides = {0, n, 1}};
}

// One element more than the result has, which stays 7.
std::vector<float> Multiply(const Matmul& matmul, const MatmulSpec& spec,
                            const std::vector<float>& a, const std::vector<float>& b) {
  std::vector<float> c(static_cast<size_t>(spec.m * spec.n) + 1, 7);
  const absl::Status status = matmul.Run(reinterpret_cast<const std::byte*>(a.data()),
                                         reinterpret_cast<const std::byte*>(b.data()),
                                         reinterpret_cast<std::byte*>(c.data()), nullptr);
  EXPECT_TRUE(status.ok()) << status;
  return c;
}

class NarrowMatmulTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasAvx512()) GTEST_SKIP() << "this processor has no 512-bit vectors";
  }
};

TEST_F(NarrowMatmulTest, AgreesWithSumsInDoublePrecision) {
  for (const auto& [m, n, k] : std::vector<std::array<int64_t, 3>>{
           {1, 2, 1}, {3, 10, 7}, {16, 16, 33}, {23, 9, 512}, {128, 10, 512}, {512, 10, 128}}) {
    for (const bool transposed : {false, true}) {
      const MatmulSpec spec = Spec(m, n, k, transposed);
      const std::vector<float> a = Numbers(m * k, 1), b = Numbers(k * n, 2);
      const auto matmul = MakeNarrowMatmul(spec, 2);
      ASSERT_NE(matmul, nullptr);
      const std::vector<float> c = Multiply(*matmul, spec, a, b);
      for (int64_t i = 0; i < m * n; ++i) {
        double sum = 0;
        for (int64_t j = 0; j < k; ++j) {
          const int64_t from = i / n * spec.a_strides[1] + j * spec.a_strides[2];
          sum += static_cast<double>(a[static_cast<size_t>(from)]) *
                 static_cast<double>(b[static_cast<size_t>(j * n + i % n)]);
        }
        ASSERT_NEAR(c[static_cast<size_t>(i)], sum, 1e-4) << m << " " << n << " " << k;
      }
      EXPECT_EQ(c.back(), 7) << "wrote past the end";
    }
  }
}

TEST_F(NarrowMatmulTest, TheNumberOfThreadsDoesNotChangeABit) {
  const MatmulSpec spec = Spec(203, 10, 700, false);
  const std::vector<float> a = Numbers(203 * 700, 1), b = Numbers(700 * 10, 2);
  const std::vector<float> one = Multiply(*MakeNarrowMatmul(spec, 1), spec, a, b);
  EXPECT_EQ(Multiply(*MakeNarrowMatmul(spec, 2), spec, a, b), one);
  EXPECT_EQ(Multiply(*MakeNarrowMatmul(spec, 3), spec, a, b), one);
}

TEST_F(NarrowMatmulTest, RefusesWhatIsNotNarrow) {
  EXPECT_EQ(MakeNarrowMatmul(Spec(8, 17, 8, false), 1), nullptr);
  EXPECT_EQ(MakeNarrowMatmul(Spec(8, 1, 8, false), 1), nullptr);
  MatmulSpec spec = Spec(8, 8, 8, false);
  spec.dtype = DType::kBF16;
  EXPECT_EQ(MakeNarrowMatmul(spec, 1), nullptr);
  spec = Spec(8, 8, 8, false);
  spec.b_strides = {0, 1, 8};
  EXPECT_EQ(MakeNarrowMatmul(spec, 1), nullptr);
  spec = Spec(8, 8, 8, false);
  spec.batch = 2;
  EXPECT_EQ(MakeNarrowMatmul(spec, 1), nullptr);
}

}  // namespace
}  // namespace tricorn::backend::cpu
