#include "core/transform/fusion/take_apart.h"

#include <gtest/gtest.h>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ir/verifier.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_rows.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

// A sum of rows between two runs of elementwise nodes.
Graph FusedGraph() {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {64, 96}});
  const Value squares = ops::Tanh(x) * ops::Tanh(x);
  const Value sum = ops::Sum(squares, {1});
  return *FuseRows(*b.Finish({{"y", ops::Exp(ops::Broadcast(sum, x.shape(), {0}) * x)}}));
}

std::vector<std::string_view> Names(const Graph& graph) {
  std::vector<std::string_view> names;
  for (const ir::Node& node : graph.nodes()) names.push_back(node.op->name);
  return names;
}

TEST(TakeApart, LeavesWhatTheBackendHasCodeFor) {
  const auto keep = [](const Graph&, const ir::Node&) { return true; };
  EXPECT_EQ(Names(*TakeApart(FusedGraph(), keep)), std::vector<std::string_view>{"fused_rows"});
}

TEST(TakeApart, RowsBecomeReductionsAndElementwiseGroups) {
  const auto keep = [](const Graph&, const ir::Node& node) { return node.op != &kFusedRows; };
  EXPECT_EQ(Names(*TakeApart(FusedGraph(), keep)),
            (std::vector<std::string_view>{"fused_elementwise", "sum", "fused_elementwise"}));
}

TEST(TakeApart, ElementwiseGroupsBecomeTheirNodes) {
  const auto keep = [](const Graph&, const ir::Node&) { return false; };
  for (const std::string_view name : Names(*TakeApart(FusedGraph(), keep))) {
    EXPECT_NE(name, kFusedRows.name);
    EXPECT_NE(name, kFusedElementwise.name);
  }
}

TEST(TakeApart, KeepsTheMeaning) {
  const auto keep = [](const Graph&, const ir::Node&) { return false; };
  const auto device = backend::MakeReferenceDevice();
  for (const ops::Sample& sample : ops::AllSamples()) {
    const Graph graph = *ops::SampleGraph(sample, DType::kF32);
    const std::vector<Tensor> x = ops::OperandsIn(sample, DType::kF32);
    const absl::StatusOr<Graph> apart = TakeApart(*FuseRows(graph), keep);
    ASSERT_TRUE(apart.ok()) << sample.name << ": " << apart.status();
    ASSERT_TRUE(ir::Verify(*apart).ok()) << sample.name << ": " << ir::Verify(*apart);
    const auto want = device->Evaluate(graph, x), got = device->Evaluate(*apart, x);
    ASSERT_TRUE(got.ok()) << sample.name << ": " << got.status();
    for (size_t i = 0; i < want->size(); ++i) {
      const absl::Status status = backend::ExpectClose((*want)[i], (*got)[i], 0);
      EXPECT_TRUE(status.ok()) << sample.name << ": " << status;
    }
  }
}

}  // namespace
}  // namespace tricorn::transform
