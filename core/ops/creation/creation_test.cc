#include "core/ops/creation/creation.h"

#include "core/backend/reference/reference.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

using List = std::vector<double>;

template <typename Build>
std::vector<double> Of(const std::vector<Tensor>& x, Build build) {
  const auto device = backend::MakeReferenceDevice();
  const auto y =
      EvaluateOn(*device, x, [&](Builder& b, const Values& v) { return Values{build(b, v)}; });
  return y.empty() ? List() : Numbers(y[0]);
}

TEST(Arange, StopsBeforeTheEnd) {
  EXPECT_EQ(Of({}, [](Builder& b, const Values&) { return Arange(b, 0, 1, 0.25, DType::kF64); }),
            List({0, 0.25, 0.5, 0.75}));
  EXPECT_EQ(Of({}, [](Builder& b, const Values&) { return Arange(b, 5, 0, -2, DType::kI32); }),
            List({5, 3, 1}));
  EXPECT_EQ(Of({}, [](Builder& b, const Values&) { return Arange(b, 3, 1, 1, DType::kI32); }),
            List());
}

TEST(Arange, RefusesAStepOfZero) {
  const absl::Status status =
      ErrorOf({}, [](Builder& b, const Values&) { Arange(b, 0, 1, 0, DType::kF32); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(Spaces, HaveExactEnds) {
  const std::vector<Tensor> ends = {Tensor::Scalar<double>(1), Tensor::Scalar<double>(16)};
  EXPECT_EQ(Of(ends, [](Builder&, const Values& x) { return Linspace(x[0], x[1], 4, true, 0); }),
            List({1, 6, 11, 16}));
  const auto geometric =
      Of(ends, [](Builder&, const Values& x) { return Geomspace(x[0], x[1], 5, true, 0); });
  EXPECT_EQ(geometric.front(), 1);
  EXPECT_NEAR(geometric[2], 4, 1e-12);
  EXPECT_EQ(geometric.back(), 16);
}

TEST(Diag, GoesBothWaysOnAnyDiagonal) {
  for (const int64_t k : {-2, 0, 1}) {
    EXPECT_EQ(
        Of({Vector({1, 2, 3})}, [&](Builder&, const Values& x) { return Diag(Diag(x[0], k), k); }),
        List({1, 2, 3}))
        << k;
  }
  EXPECT_EQ(Of({Vector({1, 2})}, [](Builder&, const Values& x) { return Diag(x[0], -1); }),
            List({0, 0, 0, 1, 0, 0, 0, 2, 0}));
}

TEST(Tril, CutsAtItsDiagonal) {
  EXPECT_EQ(
      Of({Matrix(2, {1, 2, 3, 4, 5, 6})}, [](Builder&, const Values& x) { return Tril(x[0], 1); }),
      List({1, 2, 0, 4, 5, 6}));
  EXPECT_EQ(
      Of({Matrix(2, {1, 2, 3, 4, 5, 6})}, [](Builder&, const Values& x) { return Triu(x[0], 1); }),
      List({0, 2, 3, 0, 0, 6}));
}

TEST(Window, PeriodicOnesLackTheLastElement) {
  const auto symmetric = Window("hann", 5, false), periodic = Window("hann", 4, true);
  ASSERT_TRUE(symmetric.ok() && periodic.ok());
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ((*symmetric)[i], (*periodic)[i]);
  EXPECT_EQ(Window("gauss", 4, true).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn::ops
