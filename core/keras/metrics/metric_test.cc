#include "core/keras/metrics/metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/reference/reference.h"
#include "core/keras/metrics/accuracy.h"
#include "core/keras/metrics/mean_metric_wrapper.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {
namespace {

// What a class needs besides its defaults.
Json MinimalConfig(const std::string& class_name) {
  if (class_name == "MeanMetricWrapper") return Json::MakeObject({{"fn", "binary_accuracy"}});
  if (class_name.find("IoU") == std::string::npos || class_name == "BinaryIoU") {
    return Json::MakeObject({});
  }
  return Json::MakeObject({{"num_classes", 3}});
}

absl::StatusOr<std::shared_ptr<Metric>> FromConfig(const std::string& name, const Json& config) {
  const Registries none;
  return (*Metric::Builtins().Find(name))(config, Deserializer(none));
}

TEST(Metric, EveryBuiltinsConfigRoundTrips) {
  for (const auto& [name, factory] : Metric::Builtins().factories()) {
    const auto made = FromConfig(name, MinimalConfig(name));
    ASSERT_TRUE(made.ok()) << name << ": " << made.status();
    const Json config = (*made)->GetConfig();
    const auto again = FromConfig(name, config);
    ASSERT_TRUE(again.ok()) << name << ": " << again.status();
    EXPECT_EQ((*again)->GetConfig(), config) << name;
  }
}

TEST(Metric, RefusesArgumentsByName) {
  const std::pair<std::string, Json> bad[] = {
      {"MeanMetricWrapper", Json::MakeObject({{"fn", 3}})},
      {"Precision", Json::MakeObject({{"thresholds", 1.5}})},
      {"TruePositives", Json::MakeObject({{"thresholds", Json::MakeArray({})}})},
      {"AUC", Json::MakeObject({{"curve", "ROK"}})},
      {"AUC", Json::MakeObject({{"num_thresholds", int64_t{1} << 40}})},
      {"PrecisionAtRecall", Json::MakeObject({{"recall", 2.0}})},
      {"RecallAtPrecision", Json::MakeObject({{"num_thresholds", 0}})},
      {"F1Score", Json::MakeObject({{"average", "mean"}})},
      {"R2Score", Json::MakeObject({{"num_regressors", -1}})},
      {"MeanIoU", Json::MakeObject({{"num_classes", int64_t{1} << 40}})},
      {"BinaryIoU", Json::MakeObject({{"target_class_ids", Json::MakeArray({2})}})},
  };
  for (const auto& [name, config] : bad) {
    const absl::Status status = FromConfig(name, config).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name << ": " << status;
    EXPECT_THAT(std::string(status.message()), testing::HasSubstr(config.AsObject()[0].first));
  }
}

// What a metric makes of labels (0, 1, 1) and predictions (0.4, 0.4, 0.9).
double ResultOf(const Metric& metric) {
  ir::Builder builder;
  const ir::Type type{DType::kF32, {3, 1}};
  const ir::Value y_true = builder.Input("y_true", type), y_pred = builder.Input("y_pred", type);
  const ir::Value result = metric.Result(metric.Update(y_true, y_pred, {}, {}));
  const auto graph = builder.Finish({{"result", result}});
  EXPECT_TRUE(graph.ok()) << graph.status();
  if (!graph.ok()) return -1;
  const auto value = backend::MakeReferenceDevice()->Evaluate(
      *graph,
      {{Tensor::From<float>({3, 1}, {0, 1, 1}), Tensor::From<float>({3, 1}, {0.4f, 0.4f, 0.9f})}});
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? (*value)[0].At(0) : -1;
}

// As in Keras.
TEST(TopKCategoricalAccuracy, HasNoHitWhereThePredictionIsNoNumberOrTheLabelNoClass) {
  ir::Builder builder;
  const ir::Value labels = builder.Input("labels", {DType::kI32, {3}});
  const ir::Value y_pred = builder.Input("y_pred", {DType::kF32, {3, 3}});
  const ir::Values state = SparseTopKCategoricalAccuracy({.k = 1}).Update(labels, y_pred, {}, {});
  const auto graph = builder.Finish({{"hits", state[0]}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const auto hits = backend::MakeReferenceDevice()->Evaluate(
      *graph, {{Tensor::From<int32_t>({3}, {0, 1, 3}),
                Tensor::From<float>({3, 3}, {NAN, 1, 2, 0.1f, 0.5f, 0.2f, -1, -1, -2})}});
  ASSERT_TRUE(hits.ok()) << hits.status();
  EXPECT_EQ((*hits)[0].At(0), 1);
}

TEST(MeanMetricWrapper, TakesAFunctionOfKerasWithItsArguments) {
  const Json fn = Json::MakeObject({{"module", "builtins"},
                                    {"class_name", "function"},
                                    {"config", "binary_accuracy"},
                                    {"registered_name", "function"}});
  const auto metric = FromConfig("MeanMetricWrapper",
                                 Json::MakeObject({{"fn", fn}, {"threshold", 0.3}, {"name", "m"}}));
  ASSERT_TRUE(metric.ok()) << metric.status();
  EXPECT_EQ((*metric)->name(), "m");
  EXPECT_FLOAT_EQ(static_cast<float>(ResultOf(**metric)), 2.f / 3);
  EXPECT_TRUE(absl::IsNotFound(
      FromConfig("MeanMetricWrapper", Json::MakeObject({{"fn", "nothing"}})).status()));
  EXPECT_TRUE(absl::IsNotFound(
      FromConfig("MeanMetricWrapper", Json::MakeObject({{"fn", "Precision"}})).status()));
}

TEST(MeanMetricWrapper, TakesAFunctionOfTheProgram) {
  const MeanMetricWrapper metric("gap", [](ir::Value y, ir::Value p) { return p - y; });
  EXPECT_FLOAT_EQ(static_cast<float>(ResultOf(metric)), -0.1f);
}

}  // namespace
}  // namespace tricorn::keras
