#include "core/transform/absorb/fold_batch_norm.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/conv/conv_out_first.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

bool KeepAll(const Graph&, const ir::Node&) { return true; }

// Weights of one convolution with a bias and of the normalization after it.
class Block {
 public:
  Block(Builder& b, std::string_view name) {
    const auto input = [&](std::string_view what, Shape shape) {
      return b.Input(fmt::format("{}/{}", name, what), {DType::kF32, std::move(shape)});
    };
    kernel_ = input("kernel", {3, 3, 4, 4});
    for (const char* what : {"bias", "gamma", "beta", "mean", "variance"}) {
      channels_.push_back(input(what, {4}));
    }
  }
  Value Convolve(Value x) const {
    const Value y =
        ops::Conv(x, ops::Cast(kernel_, x.dtype()), {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1});
    return y + ops::Broadcast(ops::Cast(channels_[0], x.dtype()), y.shape(), {3});
  }
  Value operator()(Value x) const { return Normalize(Convolve(x)); }
  Value Normalize(Value y) const {
    return ops::BatchNormInference(y, channels_[1], channels_[2], channels_[3], channels_[4], 3,
                                   1e-3);
  }

 private:
  Value kernel_;
  ir::Values channels_;
};

// What the pass makes of `body` of x and two blocks, which is to compute the same.
Graph Folded(DType dtype, Value (*body)(Value x, const Block& one, const Block& two)) {
  Builder b;
  const Value x = b.Input("x", {dtype, {2, 5, 4, 4}});
  const Block one(b, "one"), two(b, "two");
  const Graph graph = *b.Finish({{"y", body(x, one, two)}});
  std::vector<int32_t> constant;
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < graph.inputs().size(); ++i) {
    const ir::Type& type = graph.type(graph.inputs()[i].value);
    const bool is_variance = graph.inputs()[i].name.ends_with("variance");
    inputs.push_back(ops::Uniform(type.shape, is_variance ? 0.5 : -1, 1).Cast(type.dtype));
    if (i > 0) constant.push_back(static_cast<int32_t>(i));
  }
  const Graph folded = *FoldBatchNorm(graph, constant, KeepAll);
  const auto device = backend::MakeReferenceDevice();
  const auto want = device->Evaluate(graph, inputs), got = device->Evaluate(folded, inputs);
  const absl::Status status =
      backend::ExpectClose((*want)[0], (*got)[0], dtype == DType::kF32 ? 1e-5 : 2e-2);
  EXPECT_TRUE(status.ok()) << status;
  return folded;
}

int64_t Count(const Graph& graph, const ir::OpDef& op) {
  return std::count_if(graph.nodes().begin(), graph.nodes().end(),
                       [&](const ir::Node& node) { return node.op == &op; });
}

TEST(FoldBatchNorm, KernelsAndBiasesTakeItIn) {
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    const Graph graph = Folded(dtype, [](Value x, const Block& one, const Block& two) {
      return ops::Relu(two(ops::Relu(one(x))) + x);
    });
    EXPECT_EQ(Count(graph, ops::kConvOutFirst), 2);
    EXPECT_EQ(Count(graph, ops::kConv), 0);
    EXPECT_EQ(Count(graph, ops::kBatchNormInference), 0);
  }
}

TEST(FoldBatchNorm, NotWhereOthersReadTheConvolution) {
  const Graph graph = Folded(DType::kF32, [](Value x, const Block& one, const Block& two) {
    const Value y = one.Convolve(x);
    return two.Normalize(y) + y;
  });
  EXPECT_EQ(Count(graph, ops::kConvOutFirst), 1);
  EXPECT_EQ(Count(graph, ops::kBatchNormInference), 1);
}

}  // namespace
}  // namespace tricorn::transform
