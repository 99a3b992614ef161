#include "models.h"

#include <cmath>

#include "core/base/random.h"
#include "core/base/status.h"
#include "core/ops/conv/conv.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/optimizer/adam.h"
#include "core/ops/pool/pool.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/autodiff.h"

namespace tricorn::bench {
namespace {

using ir::Builder;
using ir::Value;
using ir::Values;

constexpr double kLearningRate = 1e-3, kBeta1 = 0.9, kBeta2 = 0.999;

std::vector<Shape> WeightShapes(const Workload& workload) {
  if (workload.name == "mlp") return {{784, 512}, {512}, {512, 512}, {512}, {512, 10}, {10}};
  return {{3, 3, 1, 32}, {32}, {3, 3, 32, 64}, {64}, {1600, 10}, {10}};
}

// Uniform within the Glorot bound; zeros for biases.
Tensor InitialWeight(const Shape& shape, PhiloxStream& random) {
  Tensor weight(DType::kF32, shape);
  if (shape.rank() < 2) return weight;
  int64_t window = 1;
  for (int k = 0; k + 2 < shape.rank(); ++k) window *= shape[k];
  const int64_t fans = window * (shape[shape.rank() - 2] + shape[shape.rank() - 1]);
  const float bound = std::sqrt(6.0f / static_cast<float>(fans));
  float* to = weight.data<float>();
  for (int64_t i = 0; i < weight.num_elements(); ++i) to[i] = (2 * random.Uniform() - 1) * bound;
  return weight;
}

Value ConvBlock(Value x, Value kernel, Value bias) {
  const ops::ConvAttrs conv{.strides = {1, 1},
                            .padding_low = {0, 0},
                            .padding_high = {0, 0},
                            .dilation = {1, 1},
                            .groups = 1};
  const ops::MaxPoolAttrs pool{
      .window = {2, 2}, .strides = {2, 2}, .padding_low = {0, 0}, .padding_high = {0, 0}};
  return ops::MaxPool(ops::Relu(ops::Conv(x, kernel, conv) + bias), pool);
}

// `key` is none when predicting.
Value Logits(const Workload& workload, Value x, const Values& w, Value key) {
  if (workload.name == "mlp") {
    const Value hidden = ops::Relu(ops::Matmul(x, w[0]) + w[1]);
    return ops::Matmul(ops::Relu(ops::Matmul(hidden, w[2]) + w[3]), w[4]) + w[5];
  }
  Value y = ConvBlock(ConvBlock(x, w[0], w[1]), w[2], w[3]);
  y = ops::Reshape(y, {y.dim(0), -1});
  if (key) y = ops::Dropout(y, key, 0.5);
  return ops::Matmul(y, w[4]) + w[5];
}

absl::StatusOr<ir::Graph> TrainStep(const Workload& workload, const Model& model) {
  Builder b;
  std::vector<std::pair<std::string, Value>> outputs;
  Values state;
  for (size_t i = 0; i < model.state.size(); ++i) {
    state.push_back(
        b.Input(fmt::format("state{}", i), {model.state[i].dtype(), model.state[i].shape()}));
  }
  std::vector<int64_t> dims = model.sample.dims();
  dims.insert(dims.begin(), workload.batch);
  const Value x = b.Input("x", {DType::kF32, Shape(dims)});
  const Value labels = b.Input("labels", {DType::kI32, {workload.batch}});

  const size_t n = model.num_weights;
  const Values weights(state.begin(), state.begin() + static_cast<std::ptrdiff_t>(n));
  const Value step = state[3 * n] + 1;
  const Values keys = ops::SplitKey(state[3 * n + 1], 2);
  const Value logits = Logits(workload, x, weights, keys[0]);
  const Value loss = ops::Mean(ops::SparseCategoricalCrossentropy(labels, logits, true));
  ASSIGN_OR_RETURN(const Values grads,
                   transform::Gradients(b, {{loss}}, {{ops::OnesLike(loss)}}, weights));
  const Value rate =
      kLearningRate * ops::Sqrt(1 - ops::Power(kBeta2, step)) / (1 - ops::Power(kBeta1, step));
  Values new_state[3];
  for (size_t i = 0; i < n; ++i) {
    const ops::AdamResult updated =
        ops::Adam(weights[i], grads[i], state[n + i], state[2 * n + i], rate, ops::AdamAttrs());
    new_state[0].push_back(updated.variable);
    new_state[1].push_back(updated.momentum);
    new_state[2].push_back(updated.velocity);
  }
  for (const Values& part : new_state) {
    for (const Value value : part) outputs.emplace_back(fmt::format("o{}", outputs.size()), value);
  }
  outputs.emplace_back("step", step);
  outputs.emplace_back("key", keys[1]);
  outputs.emplace_back("loss", loss);
  return b.Finish(outputs);
}

}  // namespace

absl::StatusOr<Model> MakeModel(const Workload& workload) {
  if ((workload.name != "mlp" && workload.name != "cnn") || workload.dtype != "fp32") {
    return Unimplemented("unsupported");
  }
  Model model;
  PhiloxStream random(0);
  for (const Shape& shape : WeightShapes(workload)) {
    model.state.push_back(InitialWeight(shape, random));
  }
  model.num_weights = model.state.size();
  for (size_t i = 0; i < 2 * model.num_weights; ++i) {
    model.state.emplace_back(DType::kF32, model.state[i % model.num_weights].shape());
  }
  model.state.push_back(Tensor::Scalar<float>(0));
  model.state.push_back(Tensor::From<uint32_t>({2}, {1, 2}));
  model.sample = workload.name == "mlp" ? Shape{784} : Shape{28, 28, 1};
  ASSIGN_OR_RETURN(model.train_step, TrainStep(workload, model));
  return model;
}

absl::StatusOr<ir::Graph> MakePredict(const Workload& workload, const Model& model, int64_t batch) {
  Builder b;
  Values weights;
  for (size_t i = 0; i < model.num_weights; ++i) {
    weights.push_back(b.Input(fmt::format("w{}", i), {DType::kF32, model.state[i].shape()}));
  }
  std::vector<int64_t> dims = model.sample.dims();
  dims.insert(dims.begin(), batch);
  const Value x = b.Input("x", {DType::kF32, Shape(dims)});
  return b.Finish({{"logits", Logits(workload, x, weights, Value())}});
}

}  // namespace tricorn::bench
