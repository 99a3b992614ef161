#include "core/ops/gather/scatter.h"

#include "core/backend/reference/reference.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

using List = std::vector<double>;

std::vector<double> Updated(ScatterReduction reduction) {
  const auto device = backend::MakeReferenceDevice();
  // 0 is met twice, -1 counts from the end, 9 is outside.
  const Tensor indices = Tensor::From<int32_t>({5, 1}, {0, 2, 0, -1, 9});
  const auto y = EvaluateOn(*device, {Vector({10, 20, 30, 40}), indices, Vector({3, 5, 7, 2, 1})},
                            [&](Builder&, const Values& x) {
                              return Values{ScatterUpdate(x[0], x[1], x[2], reduction)};
                            });
  return y.empty() ? List() : Numbers(y[0]);
}

TEST(ScatterUpdate, ReducesWhatMeetsAtOnePlace) {
  EXPECT_EQ(Updated(ScatterReduction::kSet), List({7, 20, 5, 2}));
  EXPECT_EQ(Updated(ScatterReduction::kAdd), List({20, 20, 35, 42}));
  EXPECT_EQ(Updated(ScatterReduction::kMultiply), List({210, 20, 150, 80}));
  EXPECT_EQ(Updated(ScatterReduction::kMax), List({10, 20, 30, 40}));
  EXPECT_EQ(Updated(ScatterReduction::kMin), List({3, 20, 5, 2}));
}

TEST(ScatterUpdate, RefusesIndicesLongerThanTheRank) {
  const absl::Status status = ErrorOf(
      {{DType::kF32, {3}}, {DType::kI32, {2, 2}}, {DType::kF32, {2}}},
      [](Builder&, const Values& x) { ScatterUpdate(x[0], x[1], x[2], ScatterReduction::kSet); });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

TEST(DynamicSlice, MovesBackFromTheEnd) {
  const auto device = backend::MakeReferenceDevice();
  const Tensor start = Tensor::From<int32_t>({2}, {2, 1});
  const auto y = EvaluateOn(
      *device, {Matrix(3, {1, 2, 3, 4, 5, 6, 7, 8, 9}), start, Matrix(2, {-1, -2, -3, -4})},
      [](Builder&, const Values& x) {
        return Values{DynamicSlice(x[0], x[1], {2, 2}), DynamicUpdateSlice(x[0], x[1], x[2])};
      });
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(Numbers(y[0]), List({5, 6, 8, 9}));
  EXPECT_EQ(Numbers(y[1]), List({1, 2, 3, 4, -1, -2, 7, -3, -4}));
}

}  // namespace
}  // namespace tricorn::ops
