#include "core/keras/losses/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "core/backend/reference/reference.h"

namespace tricorn::keras {
namespace {

absl::StatusOr<std::shared_ptr<Loss>> FromConfig(const std::string& name, const Json& config) {
  const Registries none;
  return (*Loss::Builtins().Find(name))(config, Deserializer(none));
}

double Value(const Loss& loss, const Tensor& y_true, const Tensor& y_pred) {
  ir::Builder builder;
  const ir::Value y = builder.Input("y_true", {y_true.dtype(), y_true.shape()});
  const ir::Value p = builder.Input("y_pred", {y_pred.dtype(), y_pred.shape()});
  const auto graph = builder.Finish({{"loss", loss(y, p)}});
  EXPECT_TRUE(graph.ok()) << loss.name() << ": " << graph.status();
  if (!graph.ok()) return NAN;
  const auto value = backend::MakeReferenceDevice()->Evaluate(*graph, {{y_true, y_pred}});
  EXPECT_TRUE(value.ok()) << loss.name() << ": " << value.status();
  return value.ok() ? (*value)[0].At(0) : NAN;
}

TEST(Loss, EveryBuiltinsConfigRoundTrips) {
  for (const auto& [name, factory] : Loss::Builtins().factories()) {
    const auto made = FromConfig(name, Json::MakeObject({}));
    ASSERT_TRUE(made.ok()) << name << ": " << made.status();
    const Json config = (*made)->GetConfig();
    const auto again = FromConfig(name, config);
    ASSERT_TRUE(again.ok()) << name << ": " << again.status();
    EXPECT_EQ((*again)->GetConfig(), config) << name;
  }
}

// As in Keras: labels (batch,) beside predictions (batch, 1), and the other way round.
TEST(Loss, TakesLabelsWithoutTheLastAxisOfPredictions) {
  const std::set<std::string> of_classes = {"CTC", "SparseCategoricalCrossentropy",
                                            "CategoricalGeneralizedCrossEntropy"};
  const Tensor y = Tensor::From<float>({4}, {0, 1, 1, 0});
  const Tensor p = Tensor::From<float>({4}, {0.3f, 0.2f, 0.9f, 0.6f});
  const Tensor y_column = y.Reshaped({4, 1}), p_column = p.Reshaped({4, 1});
  for (const auto& [name, factory] : Loss::Builtins().factories()) {
    const auto loss = FromConfig(name, Json::MakeObject({}));
    ASSERT_TRUE(loss.ok()) << name << ": " << loss.status();
    if (of_classes.contains(std::string((*loss)->class_name()))) continue;
    const double expected = Value(**loss, y_column, p_column);
    EXPECT_EQ(Value(**loss, y, p_column), expected) << name;
    EXPECT_EQ(Value(**loss, y_column, p), expected) << name;
  }
}

TEST(CategoricalGeneralizedCrossEntropy, RefusesQOutsideItsRange) {
  for (const double q : {0.0, 1.0, -0.5}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        FromConfig("CategoricalGeneralizedCrossEntropy", Json::MakeObject({{"q", q}})).status()));
  }
}

}  // namespace
}  // namespace tricorn::keras
