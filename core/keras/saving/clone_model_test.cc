#include "core/keras/saving/clone_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/regularization/dropout.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/sequential.h"

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

Functional Shared() {
  const KerasTensor a = Input({.shape = {{4}}, .name = "a"});
  const KerasTensor b = Input({.shape = {{4}}, .name = "b"});
  const Dense shared({.units = 3}, {.name = "shared"});
  const Sequential inner({Input({.shape = {{3}}}), Dense({.units = 2}, {.name = "deep"})},
                         {.name = "inner"});
  return Functional(Nest<KerasTensor>(Nest<KerasTensor>::Dict{{"a", a}, {"b", b}}),
                    {shared(a), inner(shared(b))}, {.name = "net"});
}

TEST(CloneModel, MakesTheSameModelWithItsOwnWeights) {
  const Functional model = Shared();
  ASSERT_TRUE(model->Initialize(3).ok());
  const auto clone = CloneModel(*model);
  ASSERT_TRUE(clone.ok()) << clone.status();
  EXPECT_EQ((*clone)->GetConfig(), model->GetConfig());
  ASSERT_EQ((*clone)->weights().size(), model->weights().size());
  for (size_t i = 0; i < model->weights().size(); ++i) {
    EXPECT_NE((*clone)->weights()[i], model->weights()[i]);
  }
  ASSERT_TRUE((*clone)->SetWeights(model->GetWeights()).ok());
  EXPECT_EQ((*clone)->GetWeights(), model->GetWeights());
  EXPECT_THAT(std::string((*clone)->SetWeights({}).message()), HasSubstr("expected 4 weights"));
}

TEST(CloneModel, AsksForEachLayerOnce) {
  const Functional model = Shared();
  std::vector<std::string> asked;
  const auto frozen = [&](Layer& layer) -> absl::StatusOr<std::shared_ptr<Layer>> {
    asked.push_back(layer.name());
    Json json = layer.Serialize();
    for (auto& [key, value] : json.AsObject()) {
      if (key == "config") value.Set("trainable", false);
    }
    return Deserializer(BuiltinObjects()).Object<Layer>(json);
  };
  const auto clone = CloneModel(*model, {.clone_function = frozen, .recursive = true});
  ASSERT_TRUE(clone.ok()) << clone.status();
  std::sort(asked.begin(), asked.end());
  EXPECT_EQ(asked, (std::vector<std::string>{"deep", "shared"}));
  EXPECT_TRUE((*clone)->trainable_weights().empty());
}

TEST(CloneModel, PutsLayersBetweenByCalls) {
  const Functional model = Shared();
  const auto dropped =
      [](Operation& operation,
         const CallArguments<KerasTensor>& arguments) -> absl::StatusOr<std::vector<KerasTensor>> {
    absl::StatusOr<std::vector<KerasTensor>> outputs = operation.CallOn(arguments);
    if (!outputs.ok() || operation.class_name() != "Dense") return outputs;
    return std::vector<KerasTensor>{Dropout({.rate = 0.5})((*outputs)[0])};
  };
  const auto clone = CloneModel(*model, {.call_function = dropped});
  ASSERT_TRUE(clone.ok()) << clone.status();
  EXPECT_EQ((*clone)->layers().size(), model->layers().size() + 2);
}

TEST(CloneModel, ClonesAStack) {
  const Sequential model({Input({.shape = {{4}}}), Dense({.units = 3})}, {.name = "stack"});
  const auto clone =
      CloneModel(*model, {.input_tensors = {Input({.shape = {{4}}, .name = "new"})}});
  ASSERT_TRUE(clone.ok()) << clone.status();
  EXPECT_EQ((*clone)->input_names(), (std::vector<std::string>{"new"}));
  EXPECT_THAT(
      std::string(
          CloneModel(*Shared(), {.input_tensors = {Input({.shape = {{4}}})}}).status().message()),
      HasSubstr("input_tensors: expected 2, one an input, received 1"));
}

}  // namespace
}  // namespace tricorn::keras
