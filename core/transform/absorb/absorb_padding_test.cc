#include "core/transform/absorb/absorb_padding.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/conv/conv.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/pool/pool.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/simplify.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

const ops::Axes kAround = {0, 1, 1, 0};

bool Has(const Graph& graph, const ir::OpDef& op) {
  return std::any_of(graph.nodes().begin(), graph.nodes().end(),
                     [&](const ir::Node& node) { return node.op == &op; });
}

// What the pass makes of `graph`, which is to compute the same.
Graph Absorbed(const Graph& graph) {
  const auto device = backend::MakeReferenceDevice();
  std::vector<Tensor> inputs;
  for (const ir::NamedValue& input : graph.inputs()) {
    inputs.push_back(ops::Uniform(graph.type(input.value).shape, -1, 1).Cast(DType::kF32));
  }
  const Graph absorbed = *Dce(*AbsorbPadding(graph));
  const auto want = device->Evaluate(graph, inputs), got = device->Evaluate(absorbed, inputs);
  for (size_t i = 0; i < want->size(); ++i) {
    const absl::Status status = backend::ExpectClose((*want)[i], (*got)[i], 1e-6);
    EXPECT_TRUE(status.ok()) << status;
  }
  return absorbed;
}

// Max pooling of x, after `before`, with `value` around it; or its gradient in x.
Graph Pooled(Value (*before)(Value), double value, bool is_gradient, int64_t window = 3) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 8, 8, 3}});
  const Value y = ops::MaxPool(ops::Pad(before(x), kAround, kAround, {}, value),
                               {{window, window}, {2, 2}, {0, 0}, {0, 0}});
  const Value dx =
      is_gradient ? (*Gradients(b, {{y}}, {{b.Input("dy", y.type())}}, {{x}}))[0] : Value();
  return Absorbed(*Dce(*Simplify(*b.Finish({{"y", is_gradient ? dx : y}}))));
}

Value Itself(Value x) { return x; }
Value Twice(Value x) { return ops::Relu(x) * 2; }

TEST(AbsorbPadding, PoolingPadsWhatReluMade) {
  const Graph pooled = Pooled(ops::Relu, 0, false);
  EXPECT_FALSE(Has(pooled, ops::kPad));
  EXPECT_EQ(pooled.nodes().back().attrs.As<ops::MaxPoolAttrs>().padding_low, (ops::Axes{1, 1}));
  EXPECT_FALSE(Has(Pooled(Itself, -std::numeric_limits<double>::infinity(), false), ops::kPad));
}

TEST(AbsorbPadding, PoolingPadsNothingThatCouldWin) {
  EXPECT_TRUE(Has(Pooled(Itself, 0, false), ops::kPad));
  EXPECT_TRUE(Has(Pooled(ops::Relu, 1, false), ops::kPad));
  EXPECT_TRUE(Has(Pooled(ops::Relu, 0, false, 1), ops::kPad));  // windows of nothing else
}

TEST(AbsorbPadding, PoolingsGradientEndsInRelus) {
  const Graph gradient = Pooled(ops::Relu, 0, true);
  EXPECT_FALSE(Has(gradient, ops::kPad));
  EXPECT_FALSE(Has(gradient, ops::kSlice));
  EXPECT_TRUE(Has(Pooled(Itself, 0, true), ops::kSlice));
  EXPECT_TRUE(Has(Pooled(Twice, 0, true), ops::kSlice));
}

TEST(AbsorbPadding, AConvolutionsGradientIsNotCut) {
  const auto gradient = [](bool is_read_whole) {
    Builder b;
    const Value dy = b.Input("dy", {DType::kF32, {2, 4, 4, 5}});
    const Value kernel = b.Input("kernel", {DType::kF32, {3, 3, 3, 5}});
    const ops::ConvAttrs attrs{
        .strides = {2, 2}, .padding_low = {0, 0}, .padding_high = {0, 0}, .dilation = {1, 1}};
    const Value whole = ops::ConvInputGradient(dy, kernel, attrs, {2, 10, 10, 3});
    const Value cut = ops::Slice(whole, {0, 1, 1, 0}, {2, 9, 9, 3});
    std::vector<std::pair<std::string, Value>> outputs = {{"cut", cut}};
    if (is_read_whole) outputs.emplace_back("whole", whole);
    return Absorbed(*b.Finish(outputs));
  };
  const Graph graph = gradient(false);
  ASSERT_EQ(graph.nodes().size(), 1u);
  const auto& attrs = graph.nodes()[0].attrs.As<ops::ConvGradientAttrs>();
  EXPECT_EQ(attrs.conv.padding_low, (ops::Axes{1, 1}));
  EXPECT_EQ(attrs.conv.padding_high, (ops::Axes{1, 1}));
  EXPECT_EQ(attrs.shape, (Shape{2, 8, 8, 3}));
  EXPECT_TRUE(Has(gradient(true), ops::kSlice));
}

}  // namespace
}  // namespace tricorn::transform
