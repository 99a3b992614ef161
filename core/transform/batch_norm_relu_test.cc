#include "core/transform/batch_norm_relu.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"
#include "core/transform/autodiff.h"
#include "core/transform/dce.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

// The gradients of a batch normalization that something follows.
Graph Gradient(DType dtype, Value (*follow)(Value y, Value x)) {
  Builder b;
  const Value x = b.Input("x", {dtype, {3, 4}});
  const Value gamma = b.Input("gamma", {DType::kF32, {4}});
  const Value beta = b.Input("beta", {DType::kF32, {4}});
  const Value y = follow(ops::BatchNormTraining(x, gamma, beta, -1, 1e-3).y, x);
  const auto dx = Gradients(b, {{y}}, {{b.Input("dy", y.type())}}, {{x}});
  return *Dce(*FuseBatchNormRelu(*b.Finish({{"dx", (*dx)[0]}})));
}

bool Has(const Graph& graph, const ir::OpDef& op) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [&](const ir::Node& node) { return node.op == &op; });
}

TEST(FuseBatchNormRelu, ReadsTheGradientUnmasked) {
  const Graph graph = Gradient(DType::kBF16, [](Value y, Value) { return ops::Relu(y); });
  EXPECT_TRUE(Has(graph, ops::kBatchNormReluGradient));
  EXPECT_FALSE(Has(graph, ops::kBatchNormGradient));
  EXPECT_FALSE(Has(graph, ops::kSelect));
}

TEST(FuseBatchNormRelu, LeavesWhatSomethingElseIsAddedToAndFullPrecision) {
  const Graph added = Gradient(DType::kBF16, [](Value y, Value x) { return ops::Relu(y + x); });
  EXPECT_TRUE(Has(added, ops::kBatchNormGradient));
  const Graph full = Gradient(DType::kF32, [](Value y, Value) { return ops::Relu(y); });
  EXPECT_TRUE(Has(full, ops::kBatchNormGradient));
}

}  // namespace
}  // namespace tricorn::transform
