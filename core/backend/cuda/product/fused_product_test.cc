#include "core/backend/cuda/product/fused_product.h"

#include <gtest/gtest.h>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/decompose.h"

namespace tricorn::backend::cuda {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

bool Always(const Graph&, const ir::Node&) { return true; }

// What becomes of y = f(x, w, bias, residual), by op.
std::string Fused(const std::function<Value(Value x, Value w, Value bias, Value residual)>& f) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 3, 4}});
  const Value w = b.Input("w", {DType::kF32, {4, 5}});
  const Value bias = b.Input("bias", {DType::kF32, {5}});
  const Value residual = b.Input("residual", {DType::kF32, {2, 3, 5}});
  const Graph before = *b.Finish({{"y", f(x, w, bias, residual)}});
  const Graph graph = *transform::Dce(*FuseProducts(before, Always));
  const std::vector<Tensor> inputs = {ops::Uniform({2, 3, 4}, -1, 1).Cast(DType::kF32),
                                      ops::Uniform({4, 5}, -1, 1).Cast(DType::kF32),
                                      ops::Uniform({5}, -1, 1).Cast(DType::kF32),
                                      ops::Uniform({2, 3, 5}, -1, 1).Cast(DType::kF32)};
  const auto reference = MakeReferenceDevice();
  const Graph parts = *transform::Decompose(
      graph, [](const Graph&, const ir::Node& node) { return node.op != &kFusedProduct; });
  const auto want = reference->Evaluate(before, inputs), got = reference->Evaluate(parts, inputs);
  EXPECT_TRUE(want.ok() && got.ok());
  EXPECT_TRUE(ExpectClose((*want)[0], (*got)[0], 1e-6).ok());
  std::string ops;
  for (const ir::Node& node : graph.nodes()) {
    if (node.op == &ir::kConstant || node.op == &ops::kBroadcast) continue;
    ops += fmt::format("{}{}", ops.empty() ? "" : " ", node.op->name);
    if (node.op != &kFusedProduct) continue;
    const auto& attrs = node.attrs.As<FusedProductAttrs>();
    ops += fmt::format("[{}{}{}]", attrs.has_bias ? "b" : "", attrs.has_addend ? "a" : "",
                       attrs.has_relu ? "r" : "");
  }
  return ops;
}

Value Relu(Value x) { return ops::Maximum(x, 0.0); }

TEST(FusedProduct, TakesInBiasAndRelu) {
  EXPECT_EQ(Fused([](Value x, Value w, Value bias, Value) { return ops::Matmul(x, w) + bias; }),
            "fused_product[b]");
  EXPECT_EQ(
      Fused([](Value x, Value w, Value bias, Value) { return Relu(ops::Matmul(x, w) + bias); }),
      "fused_product[br]");
}

TEST(FusedProduct, TakesInAResidual) {
  EXPECT_EQ(Fused([](Value x, Value w, Value bias, Value residual) {
              return residual + (ops::Matmul(x, w) + bias);
            }),
            "fused_product[ba]");
}

TEST(FusedProduct, SumsOfProductsAccumulate) {
  EXPECT_EQ(Fused([](Value x, Value w, Value, Value) {
              const Value first = ops::Matmul(x, w);
              return first + ops::Matmul(ops::Tanh(x), w);
            }),
            "dot_general tanh fused_product[a]");
}

TEST(FusedProduct, NothingFollowsARelu) {
  EXPECT_EQ(Fused([](Value x, Value w, Value bias, Value residual) {
              return Relu(ops::Matmul(x, w) + bias) + residual;
            }),
            "fused_product[br] add");
}

// The product itself has a reader, so it has to be there.
TEST(FusedProduct, LeavesWhatOthersRead) {
  EXPECT_EQ(Fused([](Value x, Value w, Value bias, Value) {
              const Value y = ops::Matmul(x, w);
              return (y + bias) * y;
            }),
            "dot_general add multiply");
}

// A value along another axis is no bias, and one that fusion never writes out no addend.
TEST(FusedProduct, LeavesOtherSums) {
  EXPECT_EQ(Fused([](Value x, Value w, Value, Value) {
              const Value column = ops::Reshape(ops::SliceAxis(x, 2, 0, 1), {2, 3});
              return ops::Matmul(x, w) + ops::Broadcast(column, {2, 3, 5}, {0, 1});
            }),
            "slice reshape dot_general add");
  EXPECT_EQ(Fused([](Value x, Value w, Value, Value residual) {
              return ops::Matmul(x, w) + ops::Tanh(residual);
            }),
            "tanh dot_general add");
}

}  // namespace
}  // namespace tricorn::backend::cuda
