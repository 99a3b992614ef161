#include "core/keras/saving/keras_file.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/io/keras_archive.h"
#include "core/keras/layers/convolutional/conv.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/normalization/batch_normalization.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/layers/reshaping/flatten.h"
#include "core/keras/models/sequential.h"
#include "core/keras/saving/weights_file.h"

namespace tricorn::keras {
namespace {

const absl::Time kTime = absl::FromUnixSeconds(1'700'000'000);

Sequential Classifier() {
  return Sequential({Input({.shape = {{6, 6, 1}}}), Conv2D({.filters = 2, .kernel_size = 3}),
                     BatchNormalization(), Flatten(), Dropout({.rate = 0.5}),
                     Dense({.units = 3, .activation = "softmax"}, {.name = "logits"})});
}

// The archive of the classifier after `edit`.
std::string Edited(const std::function<void(KerasArchive&)>& edit) {
  const Sequential model = Classifier();
  KerasArchive archive = *ParseKerasArchive(*SaveBytes(*model, kTime));
  edit(archive);
  return *SerializeKerasArchive(archive);
}

std::string LoadError(const std::function<void(KerasArchive&)>& edit) {
  return std::string(LoadBytes(Edited(edit)).status().message());
}

TEST(KerasFile, KeepsModelOptimizerAndCompileConfig) {
  const Sequential model = Classifier();
  ASSERT_TRUE(model->status().ok()) << model->status();
  model->set_compile_config(*Json::Parse(R"({"optimizer": "adam", "loss": "mse"})"));
  const OptimizerState optimizer{"adam", {Tensor::Scalar<int32_t>(7), Tensor::Scalar(0.5f)}};
  const std::string bytes = *SaveBytes(*model, kTime, optimizer);
  EXPECT_EQ(*SaveBytes(*model, kTime, optimizer), bytes);
  const auto loaded = LoadBytes(bytes);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->model->Serialize(), model->Serialize());
  EXPECT_EQ(loaded->model->compile_config()["loss"], Json("mse"));
  EXPECT_EQ(loaded->optimizer.name, "adam");
  ASSERT_EQ(loaded->optimizer.variables.size(), 2u);
  EXPECT_EQ(loaded->optimizer.variables[0].At(0), 7);
  for (const Variable* variable : loaded->model->variables()) {
    EXPECT_TRUE(variable->has_value()) << variable->path;
  }
  EXPECT_EQ(*SaveBytes(*loaded->model, kTime, loaded->optimizer), bytes);
}

TEST(KerasFile, NamesGroupsByPositionAndClass) {
  const Sequential model = Classifier();
  const KerasArchive archive = *ParseKerasArchive(*SaveBytes(*model, kTime));
  const Hdf5Group* dense = archive.weights.Find("layers/dense/vars");
  ASSERT_NE(dense, nullptr);
  EXPECT_EQ(dense->attributes.at("name"), "logits");
  EXPECT_EQ(dense->datasets.size(), 2u);
  EXPECT_EQ(archive.weights.Find("layers/batch_normalization/vars")->datasets.size(), 4u);
  ASSERT_NE(archive.weights.Find("layers/flatten/vars"), nullptr);
  EXPECT_EQ(archive.weights.Find("layers/dropout/vars")->datasets.size(), 0u);
}

TEST(KerasFile, NamesWhatDoesNotFit) {
  EXPECT_EQ(
      LoadError([](KerasArchive& a) { a.weights.Make("layers/dense/vars").datasets.clear(); }),
      "logits (layers/dense/vars): expected 2 variables, received 0");
  EXPECT_EQ(LoadError([](KerasArchive& a) {
              a.weights.Make("layers/dense/vars").datasets["0"] = Tensor(DType::kF32, {5, 3});
            }),
            "sequential/logits/kernel: expected shape (32, 3), received (5, 3)");
  EXPECT_EQ(LoadError([](KerasArchive& a) {
              Json::Array& layers = a.config.AsObject()[2].second.AsObject()[3].second.AsArray();
              layers[1].Set("class_name", "Conv9D");
            }),
            "Sequential: layer: expected a class known to this build, received 'Conv9D'");
  EXPECT_EQ(LoadError([](KerasArchive& a) { a.config = Json("model"); }),
            "layer: expected an object with a class_name, received \"model\"");
  EXPECT_FALSE(LoadBytes("PK not an archive").ok());
}

TEST(KerasFile, RefusesWhatWouldNotFitInMemoryBeforeAllocating) {
  const std::string error = LoadError([](KerasArchive& a) {
    Json::Array& layers = a.config.AsObject()[2].second.AsObject()[3].second.AsArray();
    Json& dense = layers.back().AsObject()[2].second;
    dense.Set("units", int64_t{1} << 40);
  });
  EXPECT_EQ(error,
            "sequential/logits/kernel: expected shape (32, 1099511627776), received (32, 3)");
}

TEST(ModelFromJson, DrawsTheSameValuesEachTime) {
  const Sequential model = Classifier();
  const auto a = ModelFromJson(model->Serialize());
  const auto b = ModelFromJson(model->Serialize());
  ASSERT_TRUE(a.ok() && b.ok());
  for (size_t i = 0; i < (*a)->variables().size(); ++i) {
    EXPECT_TRUE(BitwiseEqual((*a)->variables()[i]->value, (*b)->variables()[i]->value));
    EXPECT_TRUE(BitwiseEqual((*a)->variables()[i]->value, model->variables()[i]->value));
  }
}

TEST(ModelFromJson, RefusesLoopsAndBombs) {
  const char* loop = R"({"class_name": "Functional", "config": {"name": "f", "layers": [
    {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [null, 2], "name": "x"},
     "inbound_nodes": []},
    {"class_name": "Add", "name": "a", "config": {"name": "a"}, "inbound_nodes": [{"args": [[
      {"class_name": "__keras_tensor__", "config": {"keras_history": ["x", 0, 0]}},
      {"class_name": "__keras_tensor__", "config": {"keras_history": ["b", 0, 0]}}]], "kwargs": {}}]},
    {"class_name": "ReLU", "name": "b", "config": {"name": "b"}, "inbound_nodes": [{"args": [
      {"class_name": "__keras_tensor__", "config": {"keras_history": ["a", 0, 0]}}], "kwargs": {}}]}],
    "input_layers": ["x", 0, 0], "output_layers": ["b", 0, 0]}})";
  EXPECT_EQ(std::string(ModelFromJson(*Json::Parse(loop)).status().message()),
            "Functional: a: expected inputs that exist, received a loop or a missing call");
  // Far more layers than a recursive walk survives.
  std::string chain = R"({"class_name": "Sequential", "config": {"name": "s", "layers": [
    {"class_name": "InputLayer", "config": {"batch_shape": [null, 2], "name": "x"}})";
  for (int i = 0; i < 50'000; ++i) {
    chain += R"(,{"class_name": "ReLU", "config": {"name": "r)" + std::to_string(i) + "\"}}";
  }
  const auto deep = ModelFromJson(*Json::Parse(chain + "]}}"));
  ASSERT_TRUE(deep.ok()) << deep.status();
  EXPECT_EQ((*deep)->layers().size(), 50'000u);
}

TEST(Weights, FilesRoundTrip) {
  const Sequential model = Classifier();
  const std::string path = testing::TempDir() + "/model.weights.h5";
  ASSERT_TRUE(SaveWeights(Env::Posix(), path, *model).ok());
  const Sequential other = Classifier();
  ASSERT_TRUE(other->Initialize(5).ok());
  EXPECT_FALSE(BitwiseEqual(other->variables()[0]->value, model->variables()[0]->value));
  ASSERT_TRUE(LoadWeights(Env::Posix(), path, *other).ok());
  EXPECT_TRUE(BitwiseEqual(other->variables()[0]->value, model->variables()[0]->value));
}

}  // namespace
}  // namespace tricorn::keras
