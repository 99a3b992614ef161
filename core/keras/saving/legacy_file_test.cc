#include "core/keras/saving/legacy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/merging/add.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/sequential.h"
#include "core/keras/saving/keras_file.h"
#include "core/keras/saving/legacy_config.h"
#include "core/keras/saving/legacy_weights.h"

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

TEST(LegacyFile, KeepsModelWeightsAndOptimizer) {
  const KerasTensor x = Input({.shape = {{4}}, .name = "x"});
  const Sequential inner({Input({.shape = {{3}}}), Dense({.units = 3})}, {.name = "inner"});
  const KerasTensor a = Dense({.units = 3}, {.name = "a", .trainable = false})(x);
  const Functional model(x, Add({}, {.name = "sum"})({a, inner(a)}), {.name = "net"});
  ASSERT_TRUE(model->status().ok()) << model->status();
  model->set_compile_config(*Json::Parse(R"({"optimizer": {"module": "keras.optimizers",
    "class_name": "SGD", "config": {"learning_rate": 0.5}, "registered_name": null},
    "loss": {"module": "keras.losses", "class_name": "Huber", "config": {
      "name": "huber_loss", "reduction": "sum", "delta": 2.0}, "registered_name": null},
    "metrics": ["mae", {"module": "mine", "class_name": "Gap", "registered_name": "mine>Gap",
                        "config": {"name": "gap"}}]})"));
  const OptimizerState state = {"sgd", {Tensor::Scalar<int32_t>(3), Tensor::Scalar(0.5f)}};
  const auto bytes = SaveLegacyBytes(*model, state);
  ASSERT_TRUE(bytes.ok()) << bytes.status();
  const Hdf5Group root = *ReadHdf5(*bytes);
  EXPECT_EQ(root.attributes.at("model_config").find("registered_name\": null}}, {"),
            std::string::npos);
  EXPECT_NE(root.Find("model_weights/inner/inner/dense"), nullptr);

  const auto loaded = LoadBytes(*bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->model->GetConfig(), model->GetConfig());
  EXPECT_EQ(loaded->model->GetWeights(), model->GetWeights());
  EXPECT_EQ(loaded->optimizer.name, "sgd");
  EXPECT_EQ(loaded->optimizer.variables, state.variables);
  // The objects are whole again: `.keras` files name their modules.
  for (const char* key : {"loss", "optimizer"}) {
    EXPECT_EQ(loaded->model->compile_config()[key], model->compile_config()[key]) << key;
  }
  const Json& gap = loaded->model->compile_config()["metrics"].AsArray()[1];
  EXPECT_EQ(gap["class_name"], Json("Gap"));
  EXPECT_EQ(gap["registered_name"], Json("mine>Gap"));
}

// What tf.keras 2 wrote: the input's shape in the first layer, old names, an axis in a list, names
// with ":0".
TEST(LegacyFile, ReadsWhatTfKeras2Wrote) {
  Hdf5Group root;
  root.attributes["keras_version"] = "2.4.0";
  root.attributes["model_config"] = R"({"class_name": "Sequential", "config": {"name": "sequential",
    "layers": [{"class_name": "Dense", "config": {"name": "dense", "trainable": true,
      "batch_input_shape": [null, 2], "dtype": "float32", "units": 2, "activation": "relu",
      "use_bias": true, "kernel_initializer": {"class_name": "GlorotUniform",
      "config": {"seed": null}}, "bias_initializer": {"class_name": "Zeros", "config": {}},
      "kernel_regularizer": null, "bias_regularizer": null, "activity_regularizer": null,
      "kernel_constraint": null, "bias_constraint": null}},
     {"class_name": "BatchNormalization", "config": {"name": "batch_normalization",
      "dtype": "float32", "axis": [1], "momentum": 0.99, "epsilon": 0.001, "center": true,
      "scale": true}}]}})";
  root.attributes["training_config"] = R"({"loss": "mse", "metrics": ["mae"],
    "optimizer_config": {"class_name": "Adam", "config": {"name": "Adam", "learning_rate": 0.001,
    "decay": 0.0, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-07, "amsgrad": false}}})";
  Hdf5Group& weights = root.groups["model_weights"];
  SetLegacyList("layer_names", {"dense", "batch_normalization"}, weights);
  const Tensor kernel = Tensor::From<float>({2, 2}, {1, 2, 3, 4});
  const Tensor row = Tensor::From<float>({2}, {5, 6});
  ASSERT_TRUE(
      SetLegacyTensors({"dense/kernel:0", "dense/bias:0"}, {kernel, row}, weights.groups["dense"])
          .ok());
  ASSERT_TRUE(SetLegacyTensors(
                  {"batch_normalization/gamma:0", "batch_normalization/beta:0",
                   "batch_normalization/moving_mean:0", "batch_normalization/moving_variance:0"},
                  {row, row, row, row}, weights.groups["batch_normalization"])
                  .ok());
  const auto loaded = LoadBytes(*WriteHdf5(root));
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->model->GetWeights()[0], kernel);
  EXPECT_EQ(loaded->model->compile_config()["optimizer"]["config"].Has("decay"), false);
  EXPECT_EQ(ToString(loaded->model->inputs()[0].shape()), "(None, 2)");
}

TEST(LegacyFile, NamesWhatIsMissing) {
  Hdf5Group root;
  EXPECT_THAT(std::string(FromLegacyHdf5(root, BuiltinObjects()).status().message()),
              HasSubstr("received weights alone"));
  root.attributes["model_config"] = R"({"class_name": "Dense", "config": {}})";
  EXPECT_THAT(std::string(FromLegacyHdf5(root, BuiltinObjects()).status().message()),
              HasSubstr("expected a Sequential or Functional model"));
  const Sequential model({Input({.shape = {{4}}}), Dense({.units = 2})});
  Hdf5Group saved = *ToLegacyHdf5(*model, {});
  saved.groups["model_weights"].groups["dense"].string_lists["weight_names"].pop_back();
  EXPECT_THAT(std::string(FromLegacyHdf5(saved, BuiltinObjects()).status().message()),
              HasSubstr("dense ('dense' in the file): expected 2 variables, received 1"));
}

TEST(LegacyList, IsCutWhereAnAttributeWouldBeTooLarge) {
  std::vector<std::string> names;
  for (int i = 0; i < 2000; ++i) names.push_back(std::string(60, 'x') + std::to_string(i));
  Hdf5Group group;
  SetLegacyList("layer_names", names, group);
  EXPECT_GT(group.string_lists.size(), 1u);
  const auto read = ReadHdf5(*WriteHdf5(group));
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(LegacyList(*read, "layer_names"), names);
}

TEST(Lambda, IsRefusedWithTheWayOut) {
  const Json json = *Json::Parse(R"({"module": "keras", "class_name": "Sequential", "config": {
    "name": "s", "layers": [{"module": "keras.layers", "class_name": "Lambda", "config": {
    "name": "twice", "function": {"class_name": "__lambda__", "config": {"value": "4wE="}}}}]}})");
  const absl::Status status = ModelFromJson(json).status();
  EXPECT_TRUE(absl::IsUnimplemented(status));
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("twice: expected a layer without Python code, received a Lambda"));
}

}  // namespace
}  // namespace tricorn::keras
