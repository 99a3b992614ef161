#include "core/transform/absorb/batch_norm_relu.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/rewrite/dce.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

// The gradients of a batch normalization that something follows, after the pass, which is to keep
// what they are.
Graph Gradient(DType dtype, Value (*follow)(Value y, Value x)) {
  Builder b;
  const Value x = b.Input("x", {dtype, {3, 4}});
  const Value gamma = b.Input("gamma", {DType::kF32, {4}});
  const Value beta = b.Input("beta", {DType::kF32, {4}});
  const Value y = follow(ops::BatchNormTraining(x, gamma, beta, -1, 1e-3).y, x);
  const auto dx = Gradients(b, {{y}}, {{b.Input("dy", y.type())}}, {{x}});
  const Graph graph = *Dce(*b.Finish({{"dx", (*dx)[0]}}));
  const Graph fused = *Dce(*FuseBatchNormRelu(graph));
  std::vector<Tensor> inputs;
  for (const ir::NamedValue& input : graph.inputs()) {
    const ir::Type& type = graph.type(input.value);
    inputs.push_back(ops::Uniform(type.shape, -1, 1).Cast(type.dtype));
  }
  const auto device = backend::MakeReferenceDevice();
  const auto want = device->Evaluate(graph, inputs), got = device->Evaluate(fused, inputs);
  const absl::Status status =
      backend::ExpectClose((*want)[0], (*got)[0], dtype == DType::kF32 ? 1e-6 : 1e-2);
  EXPECT_TRUE(status.ok()) << status;
  return fused;
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

TEST(FuseBatchNormRelu, SumsTheMaskedGradientWhereSomethingElseIsAdded) {
  const Graph graph = Gradient(DType::kF32, [](Value y, Value x) { return ops::Relu(y + x); });
  EXPECT_TRUE(Has(graph, ops::kBatchNormMaskedGradient));
  EXPECT_FALSE(Has(graph, ops::kBatchNormGradient));
  EXPECT_FALSE(Has(graph, ops::kSelect));  // x's own part of the gradient reads the masked one too
}

TEST(FuseBatchNormRelu, SumsForTwoThatAreAdded) {
  const Graph graph = Gradient(DType::kF32, [](Value y, Value x) {
    const Value gamma = ops::Full(x.builder(), {DType::kF32, {4}}, 2);
    const Value beta = ops::Full(x.builder(), {DType::kF32, {4}}, -1);
    return ops::Relu(y + ops::BatchNormTraining(ops::Tanh(x), gamma, beta, -1, 1e-3).y);
  });
  EXPECT_TRUE(Has(graph, ops::kBatchNormMaskedPairGradient));
  EXPECT_FALSE(Has(graph, ops::kBatchNormGradient));
}

TEST(FuseBatchNormRelu, LeavesWhatOtherFunctionsFollow) {
  const Graph graph = Gradient(DType::kF32, [](Value y, Value) { return ops::Tanh(y); });
  EXPECT_TRUE(Has(graph, ops::kBatchNormGradient));
}

}  // namespace
}  // namespace tricorn::transform
