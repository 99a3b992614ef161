#include "core/transform/simplify.h"

#include <gtest/gtest.h>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/dce.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ir::Type kType{DType::kF32, {2, 3}};

// What is left of y = f(x), by op.
std::vector<std::string> Left(Value (*f)(Value x)) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Graph graph = *Dce(*Simplify(*b.Finish({{"y", f(x)}})));
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) names.emplace_back(node.op->name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Simplify, DropsNeutralElements) {
  EXPECT_EQ(Left([](Value x) { return x + 0; }), Names());
  EXPECT_EQ(Left([](Value x) { return x * 1; }), Names());
  EXPECT_EQ(Left([](Value x) { return x / 1; }), Names());
  EXPECT_EQ(Left([](Value x) { return -(-x); }), Names());
  EXPECT_EQ(Left([](Value x) { return ops::StopGradient(x); }), Names());
}

// NaN and infinities make something else of these.
TEST(Simplify, KeepsWhatIsNoIdentityForEveryNumber) {
  const Names scalar_and = {"constant", "broadcast"};
  const auto with = [&](std::string name) {
    Names names = scalar_and;
    names.push_back(std::move(name));
    return names;
  };
  EXPECT_EQ(Left([](Value x) { return x * 0; }), with("multiply"));
  EXPECT_EQ(Left([](Value x) { return 0 - x; }), with("subtract"));
  EXPECT_EQ(Left([](Value x) { return 1 / x; }), with("divide"));
  EXPECT_EQ(Left([](Value x) { return x - x; }), Names{"subtract"});
  EXPECT_EQ(Left([](Value x) { return x / x; }), Names{"divide"});
}

TEST(Simplify, FoldsNoConstants) {
  EXPECT_EQ(Left([](Value x) { return ops::Exp(ops::Scalar(x.builder(), 2, DType::kF32)); }),
            (Names{"constant", "exp"}));
}

TEST(Simplify, MergesMovesInOneRun) {
  EXPECT_EQ(Left([](Value x) { return ops::Transpose(ops::Transpose(x)); }), Names());
  EXPECT_EQ(Left([](Value x) { return ops::Reshape(ops::Reshape(x, {6}), {2, 3}); }), Names());
  EXPECT_EQ(Left([](Value x) { return ops::Sum(ops::Reshape(x, {6, 1}), {1}); }), Names{"reshape"});
}

TEST(Simplify, ATransposedProductIsTheProductTheOtherWayRound) {
  EXPECT_EQ(Left([](Value x) { return ops::Transpose(ops::Tensordot(x, ops::Tanh(x), {1}, {1})); }),
            (Names{"tanh", "dot_general"}));
}

}  // namespace
}  // namespace tricorn::transform
