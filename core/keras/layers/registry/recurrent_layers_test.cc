// What is particular to recurrent layers, beside what layer_suite_test.cc runs for every layer.

#include <gtest/gtest.h>

#include <algorithm>

#include "core/backend/reference/reference.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/recurrent/bidirectional.h"
#include "core/keras/layers/recurrent/lstm.h"
#include "core/keras/layers/recurrent/rnn.h"
#include "core/keras/layers/recurrent/simple_rnn.h"
#include "core/keras/models/functional.h"
#include "core/keras/saving/builtin_objects.h"
#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/recurrent/lstm.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

struct RunningSumConfig {
  double keep = 1;
  FIELDS(keep)
};

// A user's cell: sum' = keep * sum + x, and x under dropout of its own in every step.
class RunningSum : public RnnCellWith<RunningSum, RunningSumConfig> {
 public:
  static constexpr std::string_view kClassName = "RunningSum";
  using RnnCellWith::RnnCellWith;
  std::string_view module() const override { return "test"; }
  std::string_view registered_name() const override { return "test>RunningSum"; }

  std::vector<Shape> state_shapes() const override { return {shape_}; }
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states, ir::Operands) override {
    const ir::Value seen = context.training()
                               ? ops::Dropout(input, context.NextSeed(*seed_), 0.5, std::nullopt)
                               : input;
    return {seen, {states[0] * config_.keep + input}};
  }

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override {
    shape_ = {*inputs[0].dim(-1)};
    seed_ = AddSeed(3);
    return absl::OkStatus();
  }

 private:
  Shape shape_;
  const Variable* seed_ = nullptr;
};

Registries ObjectsWithRunningSum() {
  Registries objects = BuiltinObjects();
  objects.Of<Layer>().Add<RunningSum>("test>RunningSum");
  return objects;
}

// What `values` of x and of the variables that they read are, on the reference backend.
std::vector<Tensor> Evaluate(ir::Builder& builder, const CallContext& context, const Tensor& x,
                             const ir::Values& values) {
  std::vector<std::pair<std::string, ir::Value>> results;
  for (const ir::Value& y : values) results.emplace_back("y" + std::to_string(results.size()), y);
  const auto graph = builder.Finish(results);
  EXPECT_TRUE(graph.ok()) << graph.status();
  if (!graph.ok()) return {};
  std::vector<Tensor> inputs{x};
  for (const auto& read : context.reads()) inputs.push_back(read.variable->value);
  const auto y = backend::MakeReferenceDevice()->Evaluate(*graph, inputs);
  EXPECT_TRUE(y.ok()) << y.status();
  return y.ok() ? *y : std::vector<Tensor>();
}

absl::Status BuildFor(Layer& layer, const Tensor& x) {
  const KerasTensor input = Input({.batch_shape = ToSymbolic(x.shape()), .dtype = x.dtype()});
  RETURN_IF_ERROR(layer.CallOn(CallArguments<KerasTensor>::Of({input})).status());
  return layer.Initialize(0, true);
}

// The outputs of a layer for x.
std::vector<Tensor> Call(Layer& layer, const Tensor& x, bool training = false) {
  const absl::Status built = BuildFor(layer, x);
  EXPECT_TRUE(built.ok()) << built;
  if (!built.ok()) return {};
  ir::Builder builder;
  CallContext context(builder, training);
  const ir::Value value = builder.Input("x", {x.dtype(), x.shape()});
  return Evaluate(builder, context, x,
                  layer.CallWith(context, CallArguments<ir::Value>::Of({value})));
}

// Where the mask of a call comes from; of its steps only the first is seen.
enum class MaskFrom { kNowhere, kInput, kArgument };

// The outputs of a layer of `num_states` states that is given zeros as initial_state.
std::vector<Tensor> CallFromZeros(Layer& layer, const Tensor& x, size_t num_states, Shape state,
                                  MaskFrom mask_from) {
  const absl::Status built = BuildFor(layer, x);
  EXPECT_TRUE(built.ok()) << built;
  if (!built.ok()) return {};
  ir::Builder builder;
  CallContext context(builder, false);
  const ir::Value value = builder.Input("x", {x.dtype(), x.shape()});
  const ir::Type steps{DType::kI32, {x.shape()[0], x.shape()[1]}};
  const ir::Value mask = ops::Less(ops::Iota(builder, steps, 1), 1);
  const ir::Value zeros = ops::Full(builder, {x.dtype(), std::move(state)}, 0);
  CallArguments<ir::Value> arguments({value});
  arguments.kwargs.emplace_back("initial_state", Nest<ir::Value>::List(num_states, zeros));
  if (mask_from == MaskFrom::kInput) context.SetMask(value, mask);
  if (mask_from == MaskFrom::kArgument) arguments.kwargs.emplace_back("mask", mask);
  return Evaluate(builder, context, x, layer.CallWith(context, arguments));
}

Tensor Steps(Shape shape) {
  Tensor x(DType::kF32, std::move(shape));
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = static_cast<float>(i % 5 + 1);
  return x;
}

TEST(LSTM, MultipliesTheInputsOfAllStepsAtOnceAndWalksThemAsOneOp) {
  LSTM layer({.units = 3});
  ASSERT_TRUE(layer(Input({.batch_shape = {{2, 7, 4}}})).ok());
  ir::Builder builder;
  CallContext context(builder, false);
  const ir::Value x = builder.Input("x", {DType::kF32, {2, 7, 4}});
  layer->CallWith(context, CallArguments<ir::Value>::Of({x}));
  ASSERT_TRUE(builder.ok()) << builder.status();
  const auto count = [&](const ir::OpDef& op) {
    const auto& nodes = builder.graph().nodes();
    return std::count_if(nodes.begin(), nodes.end(),
                         [&](const ir::Node& node) { return node.op == &op; });
  };
  EXPECT_EQ(count(ops::kDotGeneral), 1);
  EXPECT_EQ(count(ops::kLstm), 1);
  EXPECT_EQ(count(ops::kScan), 0);
}

TEST(RNN, RunsAUsersCellThatItsConfigNames) {
  const Registries objects = ObjectsWithRunningSum();
  const RNN layer(
      {.return_state = true, .cell = std::make_shared<RunningSum>(RunningSumConfig{0.5})});
  const auto again = Deserializer(objects).Object<Layer>(layer->Serialize());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ((*again)->GetConfig().Dump(), layer->GetConfig().Dump());
  const std::vector<Tensor> y = Call(**again, Steps({1, 3, 2}));
  ASSERT_EQ(y.size(), 2u);
  EXPECT_EQ(y[0], Tensor::From<float>({1, 2}, {5, 1}));
  EXPECT_EQ(y[1],
            Tensor::From<float>({1, 2}, {0.25f * 1 + 0.5f * 3 + 5, 0.25f * 2 + 0.5f * 4 + 1}));
}

TEST(RNN, DrawsAnewInEveryStepOfALoop) {
  RNN layer({.return_sequences = true, .cell = std::make_shared<RunningSum>()});
  const std::vector<Tensor> y = Call(*layer, Steps({1, 40, 1}), true);
  ASSERT_EQ(y.size(), 1u);
  int64_t dropped = 0;
  for (int64_t i = 0; i < 40; ++i) dropped += y[0].At(i) == 0;
  EXPECT_GT(dropped, 5);
  EXPECT_LT(dropped, 35);
}

TEST(SimpleRNN, KeepsItsStateBetweenCallsIfStateful) {
  SimpleRNN layer({.stateful = true, .units = 2});
  ASSERT_TRUE(layer(Input({.batch_shape = {{2, 3, 4}}})).ok());
  EXPECT_EQ(layer->weights().size(), 3u);
  EXPECT_EQ(layer->variables().size(), 4u);
  const SimpleRNN free_batch({.stateful = true, .units = 2});
  EXPECT_EQ(free_batch(Input({.shape = {{3, 4}}})).status().message(),
            "simple_rnn: stateful: expected a known batch size, received (None, 3, 4)");
}

TEST(SimpleRNN, UnrolledGivesTheSame) {
  for (const bool go_backwards : {false, true}) {
    std::vector<Tensor> y[2];
    for (const bool unroll : {false, true}) {
      SimpleRNN layer({.return_sequences = true,
                       .return_state = true,
                       .go_backwards = go_backwards,
                       .unroll = unroll,
                       .units = 3});
      y[unroll] = Call(*layer, Steps({2, 4, 3}));
    }
    EXPECT_EQ(y[0], y[1]);
  }
}

TEST(SimpleRNN, UnrollsAsManyStepsAsACallHas) {
  const SimpleRNN layer({.return_sequences = true, .unroll = true, .units = 3});
  const KerasTensor free = layer(Input({.shape = {{std::nullopt, 3}}}));
  ASSERT_TRUE(free.status().ok()) << free.status();
  EXPECT_EQ(ToString(free.shape()), "(None, None, 3)");
  ASSERT_TRUE(layer->Initialize(0).ok());
  ir::Builder builder;
  CallContext context(builder, false);
  const ir::Value x = builder.Input("x", {DType::kF32, {2, 4, 3}});
  const ir::Values y = layer->CallWith(context, CallArguments<ir::Value>::Of({x}));
  const std::vector<Tensor> results = Evaluate(builder, context, Steps({2, 4, 3}), y);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(results[0].shape(), (Shape{2, 4, 3}));
}

TEST(SimpleRNN, BesideAnInitialStateHeedsOnlyTheMaskOfTheCall) {
  SimpleRNN layer({.units = 3});
  const auto y = [&](MaskFrom mask) {
    return CallFromZeros(*layer, Steps({2, 4, 3}), 1, {2, 3}, mask);
  };
  EXPECT_EQ(y(MaskFrom::kInput), y(MaskFrom::kNowhere));
  EXPECT_NE(y(MaskFrom::kArgument), y(MaskFrom::kNowhere));
}

TEST(Bidirectional, BesideAnInitialStateHeedsOnlyTheMaskOfTheCall) {
  const LayerRef walk = std::shared_ptr<Layer>(SimpleRNN({.units = 3}));
  Bidirectional layer({.layer = walk});
  const auto y = [&](MaskFrom mask) {
    return CallFromZeros(*layer, Steps({2, 4, 3}), 2, {2, 3}, mask);
  };
  EXPECT_EQ(y(MaskFrom::kInput), y(MaskFrom::kNowhere));
  EXPECT_NE(y(MaskFrom::kArgument), y(MaskFrom::kNowhere));
}

TEST(Bidirectional, RefusesLayersThatDoNotFit) {
  const auto message = [](BidirectionalConfig config) {
    return std::string(
        Bidirectional(std::move(config))(Input({.shape = {{3, 4}}})).status().message());
  };
  const auto cell = [](bool backwards, bool sequences) -> LayerRef {
    return std::shared_ptr<Layer>(
        SimpleRNN({.return_sequences = sequences, .go_backwards = backwards, .units = 2}));
  };
  EXPECT_EQ(message({.layer = cell(false, true), .backward_layer = cell(false, true)}),
            "bidirectional: go_backwards: expected layers that differ, received false of both");
  EXPECT_NE(message({.layer = cell(false, true), .backward_layer = cell(true, false)})
                .find("return_sequences"),
            std::string::npos);
  EXPECT_EQ(message({}), "bidirectional: layer: expected a recurrent layer, received none");
}

}  // namespace
}  // namespace tricorn::keras
