#include "core/keras/metrics/metric.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tricorn::keras {
namespace {

// What a class needs besides its defaults.
Json MinimalConfig(const std::string& class_name) {
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

}  // namespace
}  // namespace tricorn::keras
