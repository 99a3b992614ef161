#include "core/transform/fusion/recompute_elementwise.h"

#include <gtest/gtest.h>

#include "core/ir/builder.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/rewrite/dce.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ir::Type kType{DType::kF32, {8, 8}};

// How many values fused nodes write, of a graph that was prepared or not.
size_t Written(const Graph& graph, bool recomputes) {
  const Graph fused = *FuseElementwise(recomputes ? *RecomputeElementwise(graph) : graph);
  size_t count = 0;
  for (const ir::Node& node : fused.nodes()) {
    if (node.op == &kFusedElementwise) count += node.results.size();
  }
  return count;
}

// An activation between two products, and its gradient from what it computed on the way.
TEST(RecomputeElementwise, ActivationsKeepNothingForTheirGradient) {
  Builder b;
  const Value x = b.Input("x", kType), w = b.Input("w", kType), dy = b.Input("dy", kType);
  const Value h = ops::Matmul(x, w);
  const Value t = ops::Tanh(h), s = ops::Exp(h);
  const Value y = ops::Matmul(t * s, w);
  const Value da = ops::Matmul(dy, y);
  const Graph graph = *b.Finish({{"dx", da * s + da * (1.0 - t * t)}});
  EXPECT_EQ(Written(graph, false), 4u);
  EXPECT_EQ(Written(graph, true), 2u);
}

// Two numbers in memory would have to be read for one.
TEST(RecomputeElementwise, KeepsWhatItTakesMoreToComputeAgain) {
  Builder b;
  const Value x = b.Input("x", kType), z = b.Input("z", kType), w = b.Input("w", kType);
  const Value sum = x + z;
  const Value y = ops::Matmul(sum * 2.0, w);
  const Graph graph = *b.Finish({{"y", y * sum}});
  EXPECT_EQ(Written(graph, true), Written(graph, false));
}

// A mask of a byte an element is less than the number it was made from.
TEST(RecomputeElementwise, KeepsMasks) {
  Builder b;
  const Value x = b.Input("x", kType), w = b.Input("w", kType);
  const Value mask = ops::Greater(x, 0.0);
  const Value y = ops::Matmul(ops::Where(mask, w, 0.0), w);
  const Graph graph = *b.Finish({{"y", ops::Where(mask, y, 0.0)}});
  EXPECT_EQ(Written(graph, true), Written(graph, false));
}

}  // namespace
}  // namespace tricorn::transform
