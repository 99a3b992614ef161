#include "core/ops/sets/sets.h"

#include "core/backend/reference/reference.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

using testing::Test;
using Numbers1 = std::vector<double>;

class Sets : public Test {
 protected:
  template <typename Build>
  std::vector<Tensor> Evaluate(const std::vector<Tensor>& x, Build build) {
    return EvaluateOn(*device_, x, build);
  }
  std::unique_ptr<backend::Device> device_ = backend::MakeReferenceDevice();
};

TEST_F(Sets, NonzeroGivesCoordinatesInRowMajorOrder) {
  const auto y = Evaluate({Matrix(2, {0, 3, 0, 4, 0, 5})},
                          [](Builder&, const Values& x) { return Nonzero(x[0], 4, -1); });
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(Numbers(y[0]), Numbers1({0, 1, 1, -1}));
  EXPECT_EQ(Numbers(y[1]), Numbers1({1, 0, 2, -1}));
}

TEST_F(Sets, UniqueTellsWhereEachElementWent) {
  const auto y = Evaluate({Vector({3, 1, 3, 2, 1, 3})}, [](Builder&, const Values& x) {
    const UniqueResult u = Unique(x[0], std::nullopt, 3);
    return Values{u.values, u.indices, u.inverse, u.counts, NumUnique(x[0], std::nullopt)};
  });
  ASSERT_EQ(y.size(), 5u);
  EXPECT_EQ(Numbers(y[0]), Numbers1({1, 2, 3}));
  EXPECT_EQ(Numbers(y[1]), Numbers1({1, 3, 0}));
  EXPECT_EQ(Numbers(y[2]), Numbers1({2, 0, 2, 1, 0, 2}));
  EXPECT_EQ(Numbers(y[3]), Numbers1({2, 1, 3}));
  EXPECT_EQ(y[4].At(0), 3);
}

TEST_F(Sets, UniqueRowsAreComparedWhole) {
  const auto y = Evaluate({Matrix(4, {1, 2, 0, 9, 1, 2, 1, 0})}, [](Builder&, const Values& x) {
    return Values{Unique(x[0], 0, 3).values};
  });
  ASSERT_EQ(y.size(), 1u);
  EXPECT_EQ(y[0].shape(), (Shape{3, 2}));
  EXPECT_EQ(Numbers(y[0]), Numbers1({0, 9, 1, 0, 1, 2}));
}

TEST_F(Sets, FewerThanAskedForAreFilledUp) {
  const auto y = Evaluate({Vector({2, 2, 5})}, [](Builder&, const Values& x) {
    return Values{Unique(x[0], std::nullopt, 4).values, Unique(x[0], std::nullopt, 4, -7).values};
  });
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(Numbers(y[0]), Numbers1({2, 5, 2, 2}));
  EXPECT_EQ(Numbers(y[1]), Numbers1({2, 5, -7, -7}));
}

TEST_F(Sets, IsinLooksAmongAllElements) {
  const auto y =
      Evaluate({Vector({1, 2, 3}), Matrix(2, {3, 9, 1, 8})}, [](Builder&, const Values& x) {
        return Values{Isin(x[0], x[1]), Isin(x[0], x[1], true)};
      });
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(Numbers(y[0]), Numbers1({1, 0, 1}));
  EXPECT_EQ(Numbers(y[1]), Numbers1({0, 1, 0}));
}

}  // namespace
}  // namespace tricorn::ops
