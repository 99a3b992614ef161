#include "core/transform/gradient/remat.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/reference.h"
#include "core/ir/verifier.h"
#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/pipeline.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

constexpr int kLayers = 4;
const ir::Type kType{DType::kF32, {3, 3}};

// A chain of layers with its gradient, each layer computed again or not.
Graph Chain(bool again) {
  Builder b;
  const Value x = b.Input("x", kType), w = b.Input("w", kType);
  Value y = x;
  std::vector<RematRegion> regions;
  for (int i = 0; i < kLayers; ++i) {
    const size_t begin = b.graph().nodes().size();
    y = ops::Tanh(ops::Exp(ops::Matmul(y, w) * 0.1));
    if (again) regions.push_back({begin, b.graph().nodes().size()});
  }
  const Value loss = ops::Sum(y);
  const auto grads = Gradients(b, {{loss}}, {{ops::OnesLike(loss)}}, {{x, w}}, regions);
  return *b.Finish({{"y", y}, {"dx", (*grads)[0]}, {"dw", (*grads)[1]}});
}

std::vector<Tensor> Inputs() {
  return {ops::Uniform(kType.shape, -1, 1).Cast(DType::kF32),
          ops::Uniform(kType.shape, -1, 0).Cast(DType::kF32)};
}

int64_t Count(const Graph& graph, const ir::OpDef& op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const ir::Node& node) { return node.op == &op; });
}

TEST(Remat, GivesTheSameNumbers) {
  const auto device = backend::MakeReferenceDevice();
  const Graph again = Chain(true);
  ASSERT_TRUE(ir::Verify(again).ok()) << ir::Verify(again);
  EXPECT_EQ(*device->Evaluate(again, Inputs()), *device->Evaluate(Chain(false), Inputs()));
}

TEST(Remat, PassesDoNotMergeCopiesWithTheirOriginals) {
  const auto keep = [](const Graph&, const ir::Node&) { return true; };
  const PipelineOptions options{.keep = keep, .fusion = Fusion::kNone};
  EXPECT_EQ(Count(*RunPipeline(Chain(false), options), ops::kExp), kLayers);
  EXPECT_EQ(Count(*RunPipeline(Chain(true), options), ops::kExp), 2 * kLayers);
}

// The gradient of a loop reads what the copy of the loop saves.
TEST(Remat, CopiesLoops) {
  const auto graph = [](bool again) {
    Builder b;
    const Value x = b.Input("x", kType), w = b.Input("w", kType);
    const size_t begin = b.graph().nodes().size();
    const Value y = ops::Scan(b, {{x}}, {}, 3, [&](Builder&, ir::Operands carries, ir::Operands) {
                      return ops::ScanStep{.carries = {ops::Tanh(ops::Matmul(carries[0], w))}};
                    }).carries[0];
    const RematRegion region{begin, b.graph().nodes().size()};
    const auto grads =
        Gradients(b, {{y}}, {{ops::OnesLike(y)}}, {{x, w}}, std::span(&region, again ? 1 : 0));
    return *b.Finish({{"dx", (*grads)[0]}, {"dw", (*grads)[1]}});
  };
  EXPECT_EQ(Count(graph(true), ops::kScan), Count(graph(false), ops::kScan) + 1);
  const auto device = backend::MakeReferenceDevice();
  EXPECT_EQ(*device->Evaluate(graph(true), Inputs()), *device->Evaluate(graph(false), Inputs()));
}

}  // namespace
}  // namespace tricorn::transform
