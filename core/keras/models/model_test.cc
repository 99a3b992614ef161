#include "core/keras/models/model.h"

#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/merging/add.h"
#include "core/keras/layers/merging/concatenate.h"
#include "core/keras/layers/merging/dot.h"
#include "core/keras/layers/pooling/max_pooling.h"
#include "core/keras/layers/recurrent/time_distributed.h"
#include "core/keras/layers/registry/all_layers.h"
#include "core/keras/layers/reshaping/reshape.h"
#include "core/keras/layers/reshaping/up_sampling.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/registry.h"
#include "core/keras/models/sequential.h"

namespace tricorn::keras {
namespace {

std::vector<std::string> Paths(const Model& model) {
  std::vector<std::string> paths;
  for (const Variable* variable : model.variables()) paths.push_back(variable->path);
  return paths;
}

Json RoundTrip(const Model& model) {
  Registries objects;
  AddAllLayers(objects.Of<Layer>());
  AddModels(objects.Of<Layer>());
  const auto copy = Deserializer(objects).Object<Layer>(model.Serialize());
  EXPECT_TRUE(copy.ok()) << copy.status();
  return copy.ok() ? (*copy)->Serialize() : Json();
}

TEST(Sequential, BuildsNamesAndDrawsItsLayers) {
  const Sequential model({Input({.shape = {{784}}}), Dense({.units = 64, .activation = "relu"}),
                          Dense({.units = 10}), Dense({.units = 2}, {.name = "logits"})});
  ASSERT_TRUE(model->status().ok()) << model->status();
  EXPECT_EQ(Paths(*model),
            (std::vector<std::string>{"sequential/dense/kernel", "sequential/dense/bias",
                                      "sequential/dense_1/kernel", "sequential/dense_1/bias",
                                      "sequential/logits/kernel", "sequential/logits/bias"}));
  EXPECT_EQ(ToString(model->outputs()[0].shape()), "(None, 2)");
  EXPECT_EQ(model->CountParams(), 784 * 64 + 64 + 64 * 10 + 10 + 10 * 2 + 2);
  for (const Variable* variable : model->variables()) EXPECT_TRUE(variable->has_value());
  EXPECT_EQ(RoundTrip(*model), model->Serialize());
}

TEST(Sequential, WaitsForAnInputShape) {
  const Sequential model({Dense({.units = 3})});
  EXPECT_TRUE(model->status().ok());
  EXPECT_EQ(model->graph(), nullptr);
  ASSERT_TRUE(model->BuildForInput({DType::kF32, {std::nullopt, 5}}).ok());
  EXPECT_EQ(ToString(model->outputs()[0].shape()), "(None, 3)");
}

TEST(Functional, SharesLayersAndCountsCalls) {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const KerasTensor b = Input({.shape = {{4}}, .name = "b"});
  const Dense shared({.units = 3}, {.name = "shared"});
  const KerasTensor first = shared(a);
  const KerasTensor unused = shared(a);
  const KerasTensor second = shared(b);
  const Functional model({a, b}, {second, first});
  ASSERT_TRUE(model->status().ok()) << model->status();
  EXPECT_EQ(Paths(*model), (std::vector<std::string>{"shared/kernel", "shared/bias"}));
  const Json config = model->GetConfig();
  EXPECT_EQ(config["output_layers"].Dump(), R"([["shared", 1, 0], ["shared", 0, 0]])");
  EXPECT_EQ(config["layers"].AsArray()[2]["inbound_nodes"].size(), 2u);
  EXPECT_EQ(RoundTrip(*model), model->Serialize());
}

TEST(Functional, TheModelsModeWinsOverThatOfACall) {
  // As Keras 3.15 writes Dropout(0.5)(x).
  const Json json = *Json::Parse(R"({"class_name": "Functional", "config": {
      "name": "model", "layers": [
        {"class_name": "InputLayer", "name": "x", "inbound_nodes": [],
         "config": {"name": "x", "batch_shape": [null, 4], "dtype": "float32"}},
        {"class_name": "Dropout", "name": "dropout", "config": {"name": "dropout", "rate": 0.5},
         "inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {
             "shape": [null, 4], "dtype": "float32", "keras_history": ["x", 0, 0]}}],
           "kwargs": {"training": false}}]}],
      "input_layers": [["x", 0, 0]], "output_layers": [["dropout", 0, 0]]}})");
  Registries objects;
  AddAllLayers(objects.Of<Layer>());
  AddModels(objects.Of<Layer>());
  const auto layer = Deserializer(objects).Object<Layer>(json);
  ASSERT_TRUE(layer.ok()) << layer.status();
  const auto model = std::dynamic_pointer_cast<Model>(*layer);
  for (const bool training : {false, true}) {
    ir::Builder builder;
    CallContext context(builder, training);
    model->Apply(context, ir::Values{builder.Input("x", {DType::kF32, {2, 4}})});
    ASSERT_TRUE(builder.ok()) << builder.status();
    EXPECT_EQ(context.assigned().empty(), !training);  // the seed of what is dropped
  }
}

TEST(Functional, NestsWithCallsFromOne) {
  const KerasTensor x = Input({.shape = {{4}}});
  const KerasTensor u = Input({.shape = {{4}}});
  const Functional inner(u, Dense({.units = 4})(u), {.name = "inner"});
  const Functional outer(x, {inner(inner(x)), inner(x)}, {.name = "outer"});
  ASSERT_TRUE(outer->status().ok()) << outer->status();
  EXPECT_EQ(outer->GetConfig()["output_layers"].Dump(), R"([["inner", 2, 0], ["inner", 3, 0]])");
  EXPECT_EQ(RoundTrip(*outer), outer->Serialize());
}

TEST(Functional, TakesAFreeAxisThatMeetsAKnownOne) {
  const KerasTensor free = Input({.shape = {{std::nullopt, 4}}});
  const KerasTensor known = Input({.shape = {{3, 4}}});
  const Functional model({free, known}, {Add()({free, known}), Concatenate()({free, known})});
  ASSERT_TRUE(model->status().ok()) << model->status();
  EXPECT_EQ(ToString(model->outputs()[0].shape()), "(None, 3, 4)");
  EXPECT_EQ(ToString(model->outputs()[1].shape()), "(None, 3, 8)");
  const Functional wrong(free, Dot({.axes = 1})({free, Input({.shape = {{3, 4}}})}));
  EXPECT_FALSE(wrong->status().ok());
}

TEST(Functional, HalvesFreeLengthsAndDoublesThemAgain) {
  const KerasTensor x = Input({.shape = {{std::nullopt, 1}}});
  KerasTensor down = x;
  for (int i = 0; i < 6; ++i) down = MaxPooling1D()(down);
  KerasTensor up = down;
  for (int i = 0; i < 6; ++i) up = UpSampling1D()(up);
  const Functional inner(x, Add()({x, up}));
  ASSERT_TRUE(inner->status().ok()) << inner->status();
  const KerasTensor y = TimeDistributed({.layer = inner})(Input({.shape = {{2, std::nullopt, 1}}}));
  ASSERT_TRUE(y.status().ok()) << y.status();
  EXPECT_EQ(ToString(y.shape()), "(None, 2, None, 1)");
}

TEST(Reshape, DividesAFreeLength) {
  const KerasTensor y = Reshape({.target_shape = {-1, 7}})(Input({.shape = {{std::nullopt, 2}}}));
  ASSERT_TRUE(y.status().ok()) << y.status();
  EXPECT_EQ(ToString(y.shape()), "(None, None, 7)");
}

TEST(Functional, KeepsASavedBuildConfigThatLeavesMoreOpen) {
  const KerasTensor x = Input({.shape = {{3, 4}}, .name = "x"});
  const Functional model(x, Dense({.units = 2}, {.name = "dense"})(x));
  Json json = model->Serialize();
  const std::string known = R"("build_config": {"input_shape": [null, 3, 4]})";
  const auto saved_as = [&](const std::string& shape) {
    std::string text = json.Dump();
    const size_t at = text.find(known);
    EXPECT_NE(at, std::string::npos) << text;
    text.replace(at, known.size(), R"("build_config": {"input_shape": )" + shape + "}");
    Registries objects;
    AddAllLayers(objects.Of<Layer>());
    AddModels(objects.Of<Layer>());
    const auto copy = Deserializer(objects).Object<Layer>(*Json::Parse(text));
    EXPECT_TRUE(copy.ok()) << copy.status();
    return copy.ok() && (*copy)->Serialize().Dump().find(shape) != std::string::npos;
  };
  EXPECT_TRUE(saved_as("[null, null, 4]"));
  EXPECT_FALSE(saved_as("[null, 3, 5]"));
  EXPECT_FALSE(saved_as("[null, 4]"));
}

TEST(Model, ReportsTheFirstErrorWithItsLayer) {
  const Sequential model({Input({.shape = {{784}}}), Dense({.units = -1})});
  EXPECT_EQ(std::string(model->status().message()),
            "dense: units: expected a positive number, received -1");
  const Sequential typo({Input({.shape = {{784}}}), Dense({.units = 1, .activation = "rleu"})});
  EXPECT_EQ(std::string(typo->status().message()),
            "dense: activation: activation: expected a name that Keras has, received 'rleu'");
}

TEST(Model, TracesWithWeightsAsInputs) {
  const Sequential model({Input({.shape = {{4}}}), Dense({.units = 3, .activation = "relu"})});
  ir::Builder builder;
  CallContext context(builder, false);
  const ir::Values y = model->Apply(context, {{builder.Input("x", {DType::kU8, {2, 4}})}});
  ASSERT_TRUE(builder.ok()) << builder.status();
  EXPECT_EQ(y[0].type().ToString(), "float32(2, 3)");
  ASSERT_EQ(context.reads().size(), 2u);
  EXPECT_EQ(builder.graph().inputs()[1].name, "sequential/dense/kernel");
}

TEST(Model, SummaryIsThatOfKeras) {
  const Sequential model(
      {Input({.shape = {{784}}}), Dense({.units = 64}),
       Dense({.units = 10}, {.name = "a_rather_long_name_for_a_layer_that_wraps_around"})});
  EXPECT_EQ(model->Summary(),
            R"(Model: "sequential"
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━┓
┃ Layer (type)                         ┃ Output Shape                ┃         Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━┩
│ dense (Dense)                        │ (None, 64)                  │          50,240 │
├──────────────────────────────────────┼─────────────────────────────┼─────────────────┤
│ a_rather_long_name_for_a_layer_that… │ (None, 10)                  │             650 │
│ (Dense)                              │                             │                 │
└──────────────────────────────────────┴─────────────────────────────┴─────────────────┘
 Total params: 50,890 (198.79 KB)
 Trainable params: 50,890 (198.79 KB)
 Non-trainable params: 0 (0.00 B)
)");
}

}  // namespace
}  // namespace tricorn::keras
