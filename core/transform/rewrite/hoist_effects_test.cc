#include "core/transform/rewrite/hoist_effects.h"

#include <gtest/gtest.h>

#include "core/ops/collective/collective.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ir::Type kType{DType::kF32, {4}};

std::vector<std::string> Names(const Graph& graph) {
  std::vector<std::string> names;
  for (const ir::Node& node : graph.nodes()) names.emplace_back(node.op->name);
  return names;
}

Value Start(Builder& b, Value x, int32_t bucket) {
  return b.Add(ops::kAllReduceStart, {{x}}, ops::BucketAttrs{bucket});
}
Value Done(Builder& b, Value addends, int32_t bucket) {
  return b.Add(ops::kAllReduceDone, {{addends}}, ops::BucketAttrs{bucket});
}

TEST(HoistEffects, StartsRightAfterTheLastOperandAndWaitsWhereItDid) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value first = ops::Exp(x), second = ops::Tanh(first), third = ops::Sin(second);
  const Value start = b.Add(ops::kAllReduceStart, {{first, second}}, ops::BucketAttrs{0});
  const Graph graph = *HoistEffects(*b.Finish({{"y", third}, {"sum", Done(b, start, 0)}}));
  EXPECT_EQ(Names(graph), (std::vector<std::string>{"exp", "tanh", "all_reduce_start", "sin",
                                                    "all_reduce_done"}));
}

TEST(HoistEffects, AnEffectNeverPassesTheOneBefore) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value early = ops::Exp(x), late = ops::Tanh(early), end = ops::Sin(late);
  const Value first = Start(b, late, 0);
  const Value second = Start(b, early, 1);
  const Graph graph = *HoistEffects(*b.Finish({{"y", end}, {"a", first}, {"b", second}}));
  EXPECT_EQ(Names(graph), (std::vector<std::string>{"exp", "tanh", "all_reduce_start",
                                                    "all_reduce_start", "sin"}));
  EXPECT_EQ(graph.nodes()[2].attrs.As<ops::BucketAttrs>().bucket, 0);
  EXPECT_EQ(graph.nodes()[3].attrs.As<ops::BucketAttrs>().bucket, 1);
}

TEST(HoistEffects, WhatReadsOnlyInputsStartsFirst) {
  Builder b;
  const Value x = b.Input("x", kType);
  const Value y = ops::Exp(x);
  const Graph graph = *HoistEffects(*b.Finish({{"y", y}, {"a", Start(b, x, 0)}}));
  EXPECT_EQ(Names(graph), (std::vector<std::string>{"all_reduce_start", "exp"}));
}

}  // namespace
}  // namespace tricorn::transform
