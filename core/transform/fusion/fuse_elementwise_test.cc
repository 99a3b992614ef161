#include "core/transform/fusion/fuse_elementwise.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/random.h"
#include "core/ops/collective/collective.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ir::Type kType{DType::kF32, {4}};

std::vector<const ir::Node*> Fused(const Graph& graph) {
  std::vector<const ir::Node*> fused;
  for (const ir::Node& node : graph.nodes()) {
    if (node.op == &kFusedElementwise) fused.push_back(&node);
  }
  return fused;
}

bool Holds(const ir::Node& fused, const ir::OpDef& op) {
  const auto& nodes = fused.regions[0]->nodes();
  return std::any_of(nodes.begin(), nodes.end(), [&](const ir::Node& n) { return n.op == &op; });
}

// The decayed moment is there from the start, the gradient comes through a reduction: the decay
// waits for it, so that the moment is read once and the decayed one never written.
TEST(FuseElementwise, PutsADecayedMomentAndItsUpdateIntoOneGroup) {
  Builder b;
  const Value moment = b.Input("moment", kType);
  const Value x = b.Input("x", {DType::kF32, {3, 4}});
  const Value decayed = moment * 0.9;
  const Value gradient = ops::Sum(ops::Tanh(x), {0});
  const Graph graph = *FuseElementwise(*b.Finish({{"moment", decayed + gradient}}));
  const std::vector<const ir::Node*> fused = Fused(graph);
  ASSERT_EQ(fused.size(), 2u);
  EXPECT_TRUE(Holds(*fused[0], ops::kTanh));
  EXPECT_FALSE(Holds(*fused[0], ops::kMultiply));
  EXPECT_TRUE(Holds(*fused[1], ops::kMultiply));
  EXPECT_TRUE(Holds(*fused[1], ops::kAdd));
  EXPECT_EQ(fused[1]->results.size(), 1u);
}

// tanh and subtract cannot run together: the sum of one is an operand of the other.
TEST(FuseElementwise, SplitsWhereAPathLeavesAndComesBack) {
  Builder b;
  const Value a = ops::Tanh(b.Input("x", kType));
  const Value mean = ops::BroadcastTo(ops::Reshape(ops::Sum(a), {1}), kType.shape);
  const Graph graph = *FuseElementwise(*b.Finish({{"y", a - mean}}));
  const std::vector<const ir::Node*> fused = Fused(graph);
  ASSERT_EQ(fused.size(), 2u);
  EXPECT_TRUE(Holds(*fused[0], ops::kTanh));
  EXPECT_TRUE(Holds(*fused[1], ops::kSubtract));
}

// u and v = u + sum would run together, were it not for the start that reads u and goes first.
TEST(FuseElementwise, SplitsWhereThePathIsTheOrderOfEffects) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value spread = ops::BroadcastTo(ops::Reshape(ops::Sum(ops::Tanh(x)), {1}), kType.shape);
  const Value u = ops::Exp(ops::Reverse(ops::Reverse(spread, {0}), {0}));
  const Value first = b.Add(ops::kAllReduceStart, {{u}}, ops::BucketAttrs{0});
  const Value second = b.Add(ops::kAllReduceStart, {{x}}, ops::BucketAttrs{1});
  const Value v = u + b.Add(ops::kAllReduceDone, {{second}}, ops::BucketAttrs{1});
  const absl::StatusOr<Graph> graph = FuseElementwise(*b.Finish({{"first", first}, {"v", v}}));
  ASSERT_TRUE(graph.ok()) << graph.status();
  const std::vector<const ir::Node*> fused = Fused(*graph);
  ASSERT_EQ(fused.size(), 3u);
  EXPECT_TRUE(Holds(*fused[1], ops::kExp));
  EXPECT_FALSE(Holds(*fused[1], ops::kAdd));
}

// Were there a cycle of groups, some group would never be ready and outputs would have no value.
TEST(FuseElementwise, GroupsOfRandomGraphsHaveAnOrder) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    PhiloxStream random(seed);
    Builder b;
    ir::Values values = {b.Input("x", kType), b.Input("y", kType)};
    const auto any = [&] { return values[random.Below(values.size())]; };
    for (int i = 0; i < 30; ++i) {
      values.push_back(random.Below(4) == 0
                           ? ops::BroadcastTo(ops::Reshape(ops::Sum(any()), {1}), kType.shape)
                           : ops::Maximum(any(), any()));
    }
    std::vector<std::pair<std::string, Value>> outputs;
    for (const Value& value : values) outputs.emplace_back(fmt::format("{}", value.id()), value);
    const absl::StatusOr<Graph> graph = FuseElementwise(*b.Finish(outputs));
    ASSERT_TRUE(graph.ok()) << "seed " << seed << ": " << graph.status();
    const auto is_elementwise = [](const ir::Node& n) {
      return n.op->kind == ir::OpKind::kElementwise;
    };
    EXPECT_TRUE(std::none_of(graph->nodes().begin(), graph->nodes().end(), is_elementwise));
  }
}

}  // namespace
}  // namespace tricorn::transform
