#include "core/transform/rewrite/simplify.h"

#include <gtest/gtest.h>

#include "core/ops/conv/conv.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/rewrite/dce.h"

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

// What is left of rows of a table that is cast, by op.
Names LeftOfTakings(bool casts_twice) {
  Builder b;
  const Value table = b.Input("table", {DType::kF32, {20, 3}});
  const Value rows = b.Input("rows", {DType::kI32, {4}});
  const Value cast = ops::Cast(table, DType::kBF16);
  const Value taken = b.Add(ops::kTake, {{cast, rows}}, ops::TakeAttrs{0});
  const Value sum = casts_twice ? taken + ops::Sum(cast, {0, 1}) : taken;
  const Graph graph = *Dce(*Simplify(*b.Finish({{"y", sum}})));
  Names names;
  for (const ir::Node& node : graph.nodes()) names.emplace_back(node.op->name);
  return names;
}

TEST(Simplify, CastsTheRowsThatAreTaken) {
  EXPECT_EQ(LeftOfTakings(false), (Names{"take", "cast"}));
  EXPECT_EQ(LeftOfTakings(true)[0], "cast");
}

TEST(Simplify, FoldsNoConstants) {
  EXPECT_EQ(Left([](Value x) { return ops::Exp(ops::Scalar(x.builder(), 2, DType::kF32)); }),
            (Names{"constant", "exp"}));
}

TEST(Simplify, TakesZerosAroundWhatAConvolutionReadsAsItsPadding) {
  const auto ops_left = [](double around, int64_t on_channels) {
    Builder b;
    const Value x = b.Input("x", {DType::kF32, {1, 4, 4, 2}});
    const Value kernel = b.Input("kernel", {DType::kF32, {3, 3, 2 + on_channels, 5}});
    const Value padded = ops::Pad(x, {0, 1, 0, 0}, {0, 2, 0, on_channels}, {}, around);
    const ops::ConvAttrs attrs{
        .strides = {1, 1}, .padding_low = {0, 1}, .padding_high = {0, 1}, .dilation = {1, 1}};
    const Graph graph = *Dce(*Simplify(*b.Finish({{"y", ops::Conv(padded, kernel, attrs)}})));
    for (const ir::Node& node : graph.nodes()) {
      if (node.op != &ops::kConv) continue;
      const auto& widened = node.attrs.As<ops::ConvAttrs>();
      const bool is_padded = graph.nodes().size() > 1;
      EXPECT_EQ(widened.padding_low, is_padded ? (ops::Axes{0, 1}) : (ops::Axes{1, 1}));
      EXPECT_EQ(widened.padding_high, is_padded ? (ops::Axes{0, 1}) : (ops::Axes{2, 1}));
    }
    return graph.nodes().size();
  };
  EXPECT_EQ(ops_left(0, 0), 1u);
  EXPECT_EQ(ops_left(1, 0), 3u);
  EXPECT_EQ(ops_left(0, 1), 3u);
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
