#include "tests/bench/compile/growing_graphs.h"

#include <fmt/format.h>

#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/dot/products.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/optimizer/adam.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::bench {
namespace {

using ir::Builder;
using ir::Value;
using ir::Values;

constexpr int64_t kBatch = 4;
constexpr int64_t kWidth = 8;

// The weights of a model that is traced block by block, and their update.
class Training {
 public:
  void AddBlock() {
    const Value y = ops::LayerNormalization(x_, Weight({kWidth}), Weight({kWidth}), {-1}, 1e-3);
    x_ = ops::Add(x_, ops::Tanh(ops::Add(ops::Dot(ops::Sort(y, -1), Weight({kWidth, kWidth})),
                                         Weight({kWidth}))));
  }

  absl::StatusOr<ir::Graph> Finish() {
    const Value loss = ops::Sum(ops::Square(x_), {0, 1});
    ASSIGN_OR_RETURN(const Values gradients,
                     transform::Gradients(builder_, {{loss}}, {{ops::OnesLike(loss)}}, weights_));
    const Value rate = builder_.Input("rate", {DType::kF32, {}});
    std::vector<std::pair<std::string, Value>> outputs{{"loss", loss}};
    for (size_t i = 0; i < weights_.size(); ++i) {
      const ir::Type type = weights_[i].type();
      const ops::AdamResult next =
          ops::Adam(weights_[i], gradients[i], builder_.Input(fmt::format("m{}", i), type),
                    builder_.Input(fmt::format("v{}", i), type), rate, {});
      outputs.emplace_back(fmt::format("w{}", i), next.variable);
      outputs.emplace_back(fmt::format("m{}", i), next.momentum);
      outputs.emplace_back(fmt::format("v{}", i), next.velocity);
    }
    return builder_.Finish(outputs);
  }

 private:
  Value Weight(Shape shape) {
    weights_.push_back(builder_.Input(fmt::format("w{}", weights_.size()), {DType::kF32, shape}));
    return weights_.back();
  }

  Builder builder_;
  Value x_ = builder_.Input("x", {DType::kF32, {kBatch, kWidth}});
  Values weights_;
};

absl::StatusOr<ir::Graph> MakeTraining(int64_t nodes) {
  // How many nodes a block has with its gradients and updates, from one that is finished.
  const auto nodes_of = [](int blocks) -> absl::StatusOr<int64_t> {
    Training training;
    for (int i = 0; i < blocks; ++i) training.AddBlock();
    ASSIGN_OR_RETURN(const ir::Graph graph, training.Finish());
    return static_cast<int64_t>(graph.nodes().size());
  };
  ASSIGN_OR_RETURN(const int64_t one, nodes_of(1));
  ASSIGN_OR_RETURN(const int64_t two, nodes_of(2));
  Training training;
  for (int64_t i = 0; i < nodes / (two - one); ++i) training.AddBlock();
  return training.Finish();
}

absl::StatusOr<ir::Graph> MakeElementwise(int64_t nodes) {
  Builder builder;
  const Value x = builder.Input("x", {DType::kF32, {kBatch, kWidth}});
  Value y = x;
  for (int64_t i = 0; i < nodes / 4; ++i) {
    const Value bias = builder.Input(fmt::format("b{}", i), {DType::kF32, {kBatch, kWidth}});
    y = ops::Sin(ops::Multiply(ops::Add(y, bias), ops::Cos(bias)));
  }
  return builder.Finish({{"y", y}});
}

absl::StatusOr<ir::Graph> MakeWide(int64_t nodes) {
  Builder builder;
  const int64_t parts = nodes / 6;
  const Value x = builder.Input("x", {DType::kF32, {parts, kWidth}});
  Values rows;
  for (int64_t i = 0; i < parts; ++i) {
    const Value scale = builder.Constant(Tensor::Scalar(static_cast<float>(i + 2)));
    const Value row = ops::Reshape(ops::SliceAxis(x, 0, i, i + 1), {kWidth});
    rows.push_back(ops::Cumsum(ops::Multiply(row, scale), 0));
  }
  return builder.Finish({{"y", ops::Concatenate(rows, 0)}});
}

constexpr GrowingGraph kGraphs[] = {
    {"training", "residual blocks with normalization, gradients and Adam", MakeTraining},
    {"elementwise", "one chain that becomes one fused node", MakeElementwise},
    {"wide", "slices that all live until one node reads them", MakeWide},
};

}  // namespace

std::span<const GrowingGraph> GrowingGraphs() { return kGraphs; }

}  // namespace tricorn::bench
