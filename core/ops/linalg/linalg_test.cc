#include "core/ops/linalg/linalg.h"

#include "core/backend/reference/reference.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/linalg/norm.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

// Results that are to be equal in pairs.
template <typename Build>
void ExpectEqualPairs(const std::vector<Tensor>& x, Build build) {
  const auto device = backend::MakeReferenceDevice();
  const auto y = EvaluateOn(*device, x, build);
  ASSERT_TRUE(!y.empty() && y.size() % 2 == 0);
  for (size_t i = 0; i < y.size(); i += 2) {
    ASSERT_EQ(y[i].shape(), y[i + 1].shape());
    for (int64_t k = 0; k < y[i].num_elements(); ++k) {
      EXPECT_NEAR(y[i].At(k), y[i + 1].At(k), 1e-9) << "pair " << i / 2 << ", element " << k;
    }
  }
}

Value T(Value x) { return SwapAxes(x, -1, -2); }
Value Columns(Value x, Value scales) { return x * ExpandDims(scales, {-2}); }

TEST(Qr, FactorsMultiplyToTheMatrix) {
  for (const Shape& shape : {Shape{2, 3, 3}, {4, 2}, {2, 4}}) {
    for (const bool full : {false, true}) {
      ExpectEqualPairs({Uniform(shape, -1, 1)}, [&](Builder&, const Values& x) {
        const QrResult f = Qr(x[0], full);
        return Values{Matmul(f.q, f.r), x[0], Matmul(Matmul(T(f.q), f.q), f.r), f.r};
      });
    }
  }
}

TEST(Eigh, VectorsAreScaledByTheirValues) {
  ExpectEqualPairs({Uniform({2, 5, 5}, -1, 1)}, [](Builder&, const Values& x) {
    const EighResult f = Eigh(x[0]);
    const Value symmetric = 0.5 * (x[0] + T(x[0]));
    return Values{Matmul(symmetric, f.v), Columns(f.v, f.w)};
  });
}

TEST(Svd, FactorsMultiplyToTheMatrix) {
  for (const Shape& shape : {Shape{2, 4, 3}, {3, 5}}) {
    ExpectEqualPairs({Uniform(shape, -1, 1)}, [](Builder&, const Values& x) {
      const SvdResult f = Svd(x[0], false);
      return Values{Matmul(Columns(f.u, f.s), f.vh), x[0]};
    });
  }
}

TEST(Eig, ComplexPairsAreScaledByTheirValues) {
  // A rotation among others: its values are complex.
  const Tensor rotation = Tensor::From<double>({3, 3}, {0, -1, 0, 1, 0, 0, 0.5, 0, 2});
  ExpectEqualPairs({rotation}, [](Builder&, const Values& x) {
    const Values f = Eig(x[0]);
    return Values{Matmul(x[0], f[2]), Columns(f[2], f[0]) - Columns(f[3], f[1]), Matmul(x[0], f[3]),
                  Columns(f[2], f[1]) + Columns(f[3], f[0])};
  });
}

TEST(Lu, PermutedRowsAreTheProduct) {
  const Tensor swaps = Tensor::From<double>({3, 3}, {0.1, 2, 1, 3, 0.2, 1, 1, 1, 2.5});
  const auto device = backend::MakeReferenceDevice();
  const auto y = EvaluateOn(*device, {swaps}, [](Builder&, const Values& x) {
    const LuResult f = Lu(x[0]);
    return Values{f.pivots, f.permutation};
  });
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(Numbers(y[0]), (std::vector<double>{1, 1, 2}));
  EXPECT_EQ(Numbers(y[1]), (std::vector<double>{1, 0, 2}));
}

TEST(Solve, TakesVectorsAndBatches) {
  ExpectEqualPairs({Uniform({3, 3}, 1, 2), Uniform({2, 3, 2}, -1, 1), Uniform({3}, -1, 1)},
                   [](Builder& b, const Values& x) {
                     const Value a = x[0] + 3 * Cast(Equal(Iota(b, {DType::kI32, {3, 3}}, 0),
                                                           Iota(b, {DType::kI32, {3, 3}}, 1)),
                                                     DType::kF64);
                     return Values{Matmul(a, Solve(a, x[1])),        x[1],
                                   Matmul(a, Solve(a, x[2])),        x[2],
                                   Matmul(MatrixPower(a, -1), x[2]), Solve(a, x[2])};
                   });
}

TEST(Pinv, IsTheInverseWhereItCanBe) {
  ExpectEqualPairs({Uniform({4, 2}, -1, 1)}, [](Builder&, const Values& x) {
    const Value p = Pinv(x[0]);
    return Values{Matmul(Matmul(x[0], p), x[0]), x[0], Matmul(Matmul(p, x[0]), p), p};
  });
}

TEST(MatrixRank, LeavesOutWhatRoundingMade) {
  const auto device = backend::MakeReferenceDevice();
  const auto y =
      EvaluateOn(*device, {Uniform({4, 1}, 1, 2), Uniform({1, 3}, 1, 2)},
                 [](Builder&, const Values& x) { return Values{MatrixRank(Matmul(x[0], x[1]))}; });
  ASSERT_EQ(y.size(), 1u);
  EXPECT_EQ(y[0].At(0), 1);
}

TEST(Cholesky, NotPositiveDefiniteGivesNan) {
  const auto device = backend::MakeReferenceDevice();
  const auto y = EvaluateOn(*device, {Matrix(2, {1, 2, 2, 1})},
                            [](Builder&, const Values& x) { return Values{Cholesky(x[0])}; });
  ASSERT_EQ(y.size(), 1u);
  EXPECT_TRUE(std::isnan(y[0].At(0)));
}

TEST(MatrixNorm, OrdersAsNumpyHasThem) {
  const auto device = backend::MakeReferenceDevice();
  const auto y = EvaluateOn(*device, {Matrix(2, {3, 0, 0, -4})}, [](Builder&, const Values& x) {
    Values norms;
    for (const char* order : {"fro", "nuc", "1", "-1", "2", "-2", "inf", "-inf"}) {
      norms.push_back(MatrixNorm(x[0], order, 0, 1, false));
    }
    return norms;
  });
  std::vector<double> norms;
  for (const Tensor& norm : y) norms.push_back(norm.At(0));
  ASSERT_EQ(norms.size(), 8u);
  const std::vector<double> expected = {5, 7, 4, 3, 4, 3, 4, 3};
  for (size_t i = 0; i < 8; ++i) EXPECT_NEAR(norms[i], expected[i], 1e-12) << i;
}

TEST(Solve, RefusesAMatrixThatIsNotSquare) {
  const absl::Status status = ErrorOf({{DType::kF32, {3, 2}}, {DType::kF32, {3, 2}}},
                                      [](Builder&, const Values& x) { Solve(x[0], x[1]); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn::ops
