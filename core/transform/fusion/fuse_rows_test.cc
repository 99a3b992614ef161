#include "core/transform/fusion/fuse_rows.h"

#include <gtest/gtest.h>

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/rewrite/dce.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;
using ir::Values;

Graph Fused(Builder& b, const Values& outputs) {
  std::vector<std::pair<std::string, Value>> named;
  for (const Value& y : outputs) named.emplace_back(fmt::format("y{}", named.size()), y);
  return *Dce(*FuseRows(*b.Finish(named)));
}

std::vector<std::string_view> Names(const Graph& graph) {
  std::vector<std::string_view> names;
  for (const ir::Node& node : graph.nodes()) names.push_back(node.op->name);
  return names;
}

Value Bias(Value x, Value bias) { return x + ops::BroadcastTo(bias, x.shape()); }

TEST(FuseRows, BiasResidualAndLayerNormAreOneNode) {
  Builder b;
  const Value x = b.Input("x", {DType::kBF16, {64, 96}});
  const Value residual = b.Input("residual", x.type());
  const Value bias = b.Input("bias", {DType::kBF16, {96}});
  const Value sum = Bias(x, bias) + residual;
  const Value y = ops::LayerNormalization(sum, {}, {}, {1}, 1e-3);
  const Graph graph = Fused(b, {sum, ops::Relu(y)});
  EXPECT_EQ(Names(graph), std::vector<std::string_view>{"fused_rows"});
  EXPECT_EQ(graph.nodes()[0].operands.size(), 3u);
  EXPECT_EQ(graph.nodes()[0].results.size(), 2u);
}

// The loss of each row, and what goes back: the logits are read once and never written in float32.
TEST(FuseRows, ALossAndItsGradientAreOneNode) {
  Builder b;
  const Value logits = b.Input("logits", {DType::kBF16, {64, 1000}});
  const Value labels = b.Input("labels", {DType::kI32, {64}});
  const Value loss =
      b.Add(ops::kSparseSoftmaxCrossEntropy, {{labels, ops::Cast(logits, DType::kF32)}});
  const Values grads = *Gradients(b, {{loss}}, {{ops::Full(b, loss.type(), 1.0 / 64)}}, {{logits}});
  const Graph graph = Fused(b, {loss, grads[0]});
  ASSERT_EQ(Names(graph), std::vector<std::string_view>{"fused_rows"});
  for (const ir::ValueId id : graph.nodes()[0].results) {
    const ir::Type& type = graph.type(id);
    EXPECT_TRUE(type.dtype == DType::kBF16 || type.shape == Shape{64}) << type.ToString();
  }
}

TEST(FuseRows, ABiasGradientIsSummedWhereItsOperandIsComputed) {
  Builder b;
  const Value x = b.Input("x", {DType::kBF16, {4, 64, 96}}), dy = b.Input("dy", x.type());
  const Value dx = ops::Where(ops::Greater(x, 0), dy, 0);
  const Graph graph = Fused(b, {dx, ops::Sum(dx, {0, 1})});
  EXPECT_EQ(Names(graph), std::vector<std::string_view>{"fused_rows"});
}

// A path through the product leaves the rows and comes back.
TEST(FuseRows, SplitsWhereAPathLeavesAndComesBack) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {64, 64}});
  const Value y = ops::Softmax(x);
  const Graph graph = Fused(b, {ops::Matmul(y, y) + y});
  EXPECT_EQ(Names(graph),
            (std::vector<std::string_view>{"fused_rows", "dot_general", "fused_elementwise"}));
}

TEST(FuseRows, FewVeryLongRowsStayReductions) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 100000}});
  EXPECT_EQ(Names(Fused(b, {ops::Sum(x, {1})})), std::vector<std::string_view>{"sum"});
}

// As partial sums first: where x is computed, no array is written.
TEST(FuseRows, TheSumOfAllIsOneOfRowsFirst) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {512, 512}});
  const Graph graph = Fused(b, {ops::Sum(ops::Square(x))});
  EXPECT_EQ(Names(graph), (std::vector<std::string_view>{"fused_rows", "fused_rows"}));
}

}  // namespace
}  // namespace tricorn::transform
