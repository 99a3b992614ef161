#include "core/backend/cpu/product/panel_matmul.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "core/backend/cpu/processor/instruction_set.h"
#include "core/base/random.h"

namespace tricorn::backend::cpu {
namespace {

struct Case {
  int64_t m, n, k;
  bool a_transposed = false;
  bool b_transposed = false;
};

std::vector<float> Numbers(int64_t count, uint64_t seed) {
  std::vector<float> numbers(static_cast<size_t>(count));
  PhiloxStream random(seed);
  for (float& number : numbers) number = random.Uniform() - 0.5f;
  return numbers;
}

MatmulSpec SpecOf(const Case& c) {
  return {.m = c.m,
          .n = c.n,
          .k = c.k,
          .a_strides = {0, c.a_transposed ? 1 : c.k, c.a_transposed ? c.m : 1},
          .b_strides = {0, c.b_transposed ? 1 : c.n, c.b_transposed ? c.k : 1}};
}

// One element more than the result has, which stays 7.
std::vector<float> Multiply(const MatmulSpec& spec, int num_threads, const std::vector<float>& a,
                            const std::vector<float>& b) {
  std::vector<float> c(static_cast<size_t>(spec.m * spec.n) + 1, 7);
  const auto matmul = MakePanelMatmul(spec, num_threads);
  if (matmul == nullptr) {
    ADD_FAILURE() << "refused";
    return c;
  }
  const auto nbytes = static_cast<size_t>(matmul->workspace_nbytes() + 63) / 64 * 64;
  const std::unique_ptr<void, void (*)(void*)> workspace(std::aligned_alloc(64, nbytes), std::free);
  const absl::Status status = matmul->Run(
      reinterpret_cast<const std::byte*>(a.data()), reinterpret_cast<const std::byte*>(b.data()),
      reinterpret_cast<std::byte*>(c.data()), static_cast<std::byte*>(workspace.get()));
  EXPECT_TRUE(status.ok()) << status;
  return c;
}

class PanelMatmulTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!HasAvx512()) GTEST_SKIP() << "this processor has no 512-bit vectors";
  }
};

TEST_F(PanelMatmulTest, AgreesWithSumsInDoublePrecision) {
  for (const Case& shape : std::vector<Case>{{28, 32, 32},
                                             {29, 96, 33},
                                             {128, 64, 784},
                                             {64, 160, 515},
                                             {100, 32, 600},
                                             {113, 64, 47}}) {
    for (const auto& [a_transposed, b_transposed] :
         std::vector<std::pair<bool, bool>>{{0, 0}, {0, 1}, {1, 0}, {1, 1}}) {
      const Case c{shape.m, shape.n, shape.k, a_transposed, b_transposed};
      SCOPED_TRACE(testing::Message() << c.m << " x " << c.n << " x " << c.k << ", transposed "
                                      << a_transposed << b_transposed);
      const MatmulSpec spec = SpecOf(c);
      const std::vector<float> a = Numbers(c.m * c.k, 1), b = Numbers(c.k * c.n, 2);
      const std::vector<float> received = Multiply(spec, 2, a, b);
      for (int64_t i = 0; i < c.m * c.n; ++i) {
        double sum = 0;
        for (int64_t k = 0; k < c.k; ++k) {
          const int64_t from_a = i / c.n * spec.a_strides[1] + k * spec.a_strides[2];
          const int64_t from_b = k * spec.b_strides[1] + i % c.n * spec.b_strides[2];
          sum += static_cast<double>(a[static_cast<size_t>(from_a)]) *
                 static_cast<double>(b[static_cast<size_t>(from_b)]);
        }
        ASSERT_NEAR(received[static_cast<size_t>(i)], sum, 1e-4) << i;
      }
      EXPECT_EQ(received.back(), 7) << "wrote past the end";
    }
  }
}

TEST_F(PanelMatmulTest, TheNumberOfThreadsDoesNotChangeABit) {
  for (const bool transposed : {false, true}) {
    for (const auto& [m, n] : std::vector<std::pair<int64_t, int64_t>>{{128, 512}, {301, 96}}) {
      const MatmulSpec spec = SpecOf({m, n, 700, transposed, false});
      const std::vector<float> a = Numbers(m * 700, 1), b = Numbers(700 * n, 2);
      const std::vector<float> one = Multiply(spec, 1, a, b);
      for (const int num_threads : {2, 3, 7}) {
        EXPECT_EQ(Multiply(spec, num_threads, a, b), one) << m << ", " << num_threads;
      }
    }
  }
}

TEST_F(PanelMatmulTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(MakePanelMatmul(SpecOf({128, 100, 64}), 1), nullptr);
  EXPECT_EQ(MakePanelMatmul(SpecOf({8, 64, 64}), 1), nullptr);
  EXPECT_EQ(MakePanelMatmul(SpecOf({128, 64, 8}), 1), nullptr);
  EXPECT_EQ(MakePanelMatmul(SpecOf({4096, 4096, 4096}), 1), nullptr);
  MatmulSpec spec = SpecOf({128, 64, 64});
  spec.dtype = DType::kBF16;
  EXPECT_EQ(MakePanelMatmul(spec, 1), nullptr);
  spec = SpecOf({128, 64, 64});
  spec.b_strides = {0, 128, 2};
  EXPECT_EQ(MakePanelMatmul(spec, 1), nullptr);
}

}  // namespace
}  // namespace tricorn::backend::cpu
