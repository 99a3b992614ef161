#include <gtest/gtest.h>

#include "core/ir/builder.h"
#include "core/ir/rewriter.h"
#include "core/ir/text.h"
#include "core/ir/verifier.h"

namespace tricorn::ir {
namespace {

struct ScaleAttrs {
  double by = 1;
  FIELDS(by)
};

const OpDef kScale = Op<ScaleAttrs>{
    .name = "scale",
    .doc = "y = by * x",
    .infer = [](std::span<const Type> x, const ScaleAttrs&) -> absl::StatusOr<Type> {
      if (x.size() != 1) return InvalidArgument("expected 1 operand, received {}", x.size());
      if (!IsFloating(x[0].dtype)) {
        return InvalidArgument("expected a float, received {}", x[0].ToString());
      }
      return x[0];
    },
};

OpRegistry TestOps() {
  OpRegistry ops;
  ops.Add(kScale);
  return ops;
}

Graph Example() {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 3}});
  Value y;
  {
    const Builder::Scope outer(b, "model");
    const Builder::Scope inner(b, "dense");
    y = b.Add(kScale, {{x}}, ScaleAttrs{2.5});
  }
  const Value c = b.Constant(Tensor::From<float>({2}, {1, 2}));
  return *b.Finish({{"y", y}, {"c", c}});
}

TEST(Text, RoundTrips) {
  const Graph graph = Example();
  ASSERT_TRUE(Verify(graph).ok());
  const std::string text = ToText(graph);
  const absl::StatusOr<Graph> back = ParseText(text, TestOps());
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(ToText(*back), text);
  EXPECT_NE(text.find("%1: float32(2, 3) = scale(%0) {\"by\": 2.5} @model/dense"), text.npos)
      << text;
}

TEST(Text, NamesTheLineOfAnError) {
  const auto status =
      ParseText("graph (%0 x: int32(2,)) {\n  %1: int32(2,) = scale(%0)\n", TestOps());
  EXPECT_EQ(std::string(status.status().message()),
            "line 2: scale: expected a float, received int32(2,)");
}

TEST(Builder, KeepsTheFirstErrorWithItsPath) {
  Builder b;
  const Value x = b.Input("x", {DType::kI32, {2}});
  const Builder::Scope scope(b, "dense_3");
  const Value y = b.Add(kScale, {{x}}, ScaleAttrs{2});
  const Value z = b.Add(kScale, {{y}}, ScaleAttrs{2});
  EXPECT_EQ(z.dim(5), 1);
  EXPECT_EQ(std::string(b.Finish({{"z", z}}).status().message()),
            "dense_3: scale: expected a float, received int32(2,)");
}

struct GrowAttrs {
  int64_t to = 1;
  FIELDS(to)
};
const OpDef kGrow = Op<GrowAttrs>{
    .name = "grow",
    .doc = "a square of zeros",
    .infer = [](std::span<const Type>, const GrowAttrs& a) -> absl::StatusOr<Type> {
      return Type{DType::kF32, {a.to, a.to}};
    },
};

TEST(Builder, RefusesTypesWhoseBytesOverflow) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2}});
  b.Add(kGrow, {{x}}, GrowAttrs{int64_t{1} << 32});
  EXPECT_EQ(b.status().code(), absl::StatusCode::kInvalidArgument);
  Builder other;
  other.Input("x", {DType::kF32, {int64_t{1} << 40, int64_t{1} << 40}});
  EXPECT_EQ(other.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(Rewriter, CopyKeepsTheText) {
  const Graph graph = Example();
  Rewriter rewriter(graph);
  const Graph copy =
      *rewriter.Run([&](const Node& node, Operands x) { return rewriter.Copy(node, x); });
  EXPECT_EQ(ToText(copy), ToText(graph));
}

TEST(Verifier, RejectsATypeThatInferenceDoesNotGive) {
  Graph graph;
  const ValueId x = graph.AddInput("x", {DType::kF32, {2}});
  graph.AddNode({.op = &kScale,
                 .attrs = ScaleAttrs{},
                 .operands = {x},
                 .results = {},
                 .regions = {},
                 .scope = ""},
                {Type{DType::kF32, {3}}});
  EXPECT_EQ(Verify(graph).code(), absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace tricorn::ir
