#include "core/backend/cuda/product/stacked_gradients.h"

#include <gtest/gtest.h>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/decompose.h"
#include "core/transform/rewrite/simplify.h"

namespace tricorn::backend::cuda {
namespace {

using ir::Graph;
using ir::Value;
using ir::Values;

constexpr std::array<std::string_view, 3> kNames = {"wq", "wk", "wv"};

// The gradients in the weights of q, k and v, which come of `keys` where that is another value.
Graph Gradients(bool is_self_attention) {
  ir::Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 5, 6}});
  const Value other = b.Input("keys", {DType::kF32, {2, 5, 6}});
  Values weights, heads;
  for (size_t i = 0; i < 3; ++i) {
    weights.push_back(b.Input(std::string(kNames[i]), {DType::kF32, {6, 2, 4}}));
    heads.push_back(ops::DotGeneral(i == 0 || is_self_attention ? x : other, weights[i],
                                    {.a_contract = {2}, .b_contract = {0}}));
  }
  const Value y = ops::DotProductAttention(heads[0], heads[1], heads[2]);
  const Value dy = b.Input("dy", y.type());
  const auto grads = transform::Gradients(b, {{y}}, {{dy}}, {weights});
  std::vector<std::pair<std::string, Value>> outputs;
  for (size_t i = 0; i < 3; ++i) outputs.emplace_back(kNames[i], (*grads)[i]);
  return *transform::Dce(*transform::Simplify(*b.Finish(outputs)));
}

int CountOf(const Graph& graph, const ir::OpDef& op) {
  int count = 0;
  for (const ir::Node& node : graph.nodes()) count += node.op == &op ? 1 : 0;
  return count;
}

TEST(StackGradients, MakesOneProductOfThree) {
  const Graph before = Gradients(true);
  const Graph graph =
      *transform::Dce(*StackGradients(before, [](const Graph&, const ir::Node&) { return true; }));
  EXPECT_EQ(CountOf(graph, kStackedProduct), 1);
  EXPECT_EQ(CountOf(graph, kStackedAttentionGradient), 1);
  EXPECT_EQ(CountOf(graph, ops::kDotGeneral), CountOf(before, ops::kDotGeneral) - 3);
  std::vector<Tensor> inputs;
  for (const ir::NamedValue& input : before.inputs()) {
    inputs.push_back(ops::Uniform(before.type(input.value).shape, -1, 1).Cast(DType::kF32));
  }
  const auto reference = MakeReferenceDevice();
  const Graph parts = *transform::Decompose(graph, [](const Graph&, const ir::Node& node) {
    return node.op != &kStackedProduct && node.op != &kStackedAttentionGradient;
  });
  const auto want = reference->Evaluate(before, inputs), got = reference->Evaluate(parts, inputs);
  ASSERT_TRUE(want.ok() && got.ok()) << want.status() << got.status();
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(ExpectClose((*want)[i], (*got)[i], 1e-5).ok()) << kNames[i];
  }
}

TEST(StackGradients, LeavesOtherAttentionAlone) {
  const Graph before = Gradients(false);
  const Graph graph =
      *transform::Dce(*StackGradients(before, [](const Graph&, const ir::Node&) { return true; }));
  EXPECT_EQ(CountOf(graph, kStackedProduct), 0);
  EXPECT_EQ(CountOf(graph, ops::kDotProductAttentionGradient), 1);
}

TEST(StackGradients, NeedsKernels) {
  const Graph graph = *StackGradients(Gradients(true), [](const Graph&, const ir::Node& node) {
    return node.op != &kStackedProduct;
  });
  EXPECT_EQ(CountOf(*transform::Dce(graph), kStackedAttentionGradient), 0);
}

}  // namespace
}  // namespace tricorn::backend::cuda
