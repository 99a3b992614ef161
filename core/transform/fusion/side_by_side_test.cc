#include "core/transform/fusion/side_by_side.h"

#include <gtest/gtest.h>

#include "core/ir/text.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ir::Type kType{DType::kF32, {4, 4}};

bool IsElementwise(const Graph&, const ir::Node& node) {
  return node.op->kind == ir::OpKind::kElementwise;
}

// The ops in order, those of a group in brackets.
std::string Order(Builder& b, const std::vector<std::pair<std::string, Value>>& outputs) {
  const auto graph = RunSideBySide(*b.Finish(outputs), IsElementwise);
  EXPECT_TRUE(graph.ok()) << graph.status();
  std::string order;
  for (const ir::Node& node : graph->nodes()) {
    if (!order.empty()) order += " ";
    if (node.op != &kSideBySide) {
      order += node.op->name;
      continue;
    }
    std::string members;
    for (const ir::Node& member : node.regions[0]->nodes()) {
      members += fmt::format("{}{}", members.empty() ? "" : " ", member.op->name);
    }
    order += "[" + members + "]";
  }
  return order;
}

// As the updates of a network's weights and its counters are.
TEST(SideBySide, UpdatesRunTogetherAtTheEnd) {
  Builder b;
  const Value w1 = b.Input("w1", kType), w2 = b.Input("w2", kType);
  const Value count = b.Input("count", {DType::kF32, {}});
  const Value more = count + count;
  const Value h = ops::Matmul(w1, w2);
  const Value next_1 = w1 - h;
  const Value y = ops::Matmul(h, w2);
  const Value next_2 = w2 - y;
  EXPECT_EQ(Order(b, {{"count", more}, {"w1", next_1}, {"w2", next_2}}),
            "dot_general dot_general [add subtract subtract]");
}

// Casts of all weights, when the first of them is needed.
TEST(SideBySide, WhatIsReadyRunsWithWhatIsNeeded) {
  Builder b;
  const Value w1 = ops::Tanh(b.Input("w1", kType));
  const Value h = ops::Matmul(w1, w1);
  const Value w2 = ops::Exp(b.Input("w2", kType));
  const Value y = ops::Matmul(h, w2);
  EXPECT_EQ(Order(b, {{"y", y}}), "[tanh exp] dot_general dot_general");
}

TEST(SideBySide, NoneReadsAnother) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value a = ops::Tanh(x);
  const Value view = ops::Reshape(a, {16});
  const Value c = ops::Exp(view);
  const Value other = ops::Sin(x);
  const Value y = ops::Matmul(ops::Reshape(c, {4, 4}), other);
  EXPECT_EQ(Order(b, {{"y", y}}), "[tanh sin] reshape exp reshape dot_general");
}

TEST(SideBySide, ReadsAValueOnceForAll) {
  Builder b;
  const Value x = b.Input("x", kType);
  const auto graph =
      RunSideBySide(*b.Finish({{"y", ops::Tanh(x)}, {"z", ops::Sin(x)}}), IsElementwise);
  ASSERT_TRUE(graph.ok()) << graph.status();
  ASSERT_EQ(graph->nodes().size(), 1u);
  EXPECT_EQ(graph->nodes()[0].operands.size(), 1u);
  EXPECT_EQ(graph->nodes()[0].results.size(), 2u);
}

}  // namespace
}  // namespace tricorn::transform
