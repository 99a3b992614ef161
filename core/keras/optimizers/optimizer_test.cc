#include "core/keras/optimizers/optimizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/keras/optimizers/adam.h"
#include "core/keras/optimizers/loss_scale_optimizer.h"
#include "core/keras/optimizers/multi_optimizer.h"
#include "core/keras/optimizers/sgd.h"

namespace tricorn::keras {
namespace {

using testing::HasSubstr;

// What a class needs besides its defaults.
Json MinimalConfig(const std::string& class_name) {
  if (class_name == "LossScaleOptimizer") {
    return Json::MakeObject({{"inner_optimizer", SerializeObject(Adam())}});
  }
  if (class_name == "MultiOptimizer") {
    const auto map =
        OptimizerMap::Make(std::make_shared<SGD>(), {{"dense/.*", std::make_shared<Adam>()}});
    return Json::MakeObject({{"optimizer_map", ToJson(*map)}});
  }
  return Json::MakeObject({});
}

absl::StatusOr<std::shared_ptr<Optimizer>> FromConfig(const std::string& class_name, Json config) {
  const Registries none;
  return (*Optimizer::Builtins().Find(class_name))(config, Deserializer(none));
}

TEST(Optimizer, EveryBuiltinsConfigRoundTrips) {
  for (const auto& [name, factory] : Optimizer::Builtins().factories()) {
    const auto made = FromConfig(name, MinimalConfig(name));
    ASSERT_TRUE(made.ok()) << name << ": " << made.status();
    const Json config = (*made)->GetConfig();
    const auto again = FromConfig(name, config);
    ASSERT_TRUE(again.ok()) << name << ": " << again.status();
    EXPECT_EQ((*again)->GetConfig(), config) << name;
  }
}

TEST(Optimizer, NullDecayInAConfigIsNoDecay) {
  Json config = AdamW().GetConfig();
  EXPECT_EQ(config["weight_decay"], Json(0.004));
  config.Set("weight_decay", nullptr);
  EXPECT_TRUE((*FromConfig("AdamW", config))->GetConfig()["weight_decay"].is_null());
}

TEST(Optimizer, RefusesArgumentsOfARuleByName) {
  const std::pair<std::string, Json> bad[] = {
      {"Lion", Json::MakeObject({{"beta_1", 1.5}})},
      {"Ftrl", Json::MakeObject({{"learning_rate_power", 0.5}})},
      {"Ftrl", Json::MakeObject({{"l1_regularization_strength", -1.0}})},
      {"Muon", Json::MakeObject({{"ns_steps", 1000}})},
      {"Muon", Json::MakeObject({{"exclude_layers", Json::MakeArray({"("})}})},
  };
  for (const auto& [name, config] : bad) {
    const absl::Status status = FromConfig(name, config).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << name << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(config.AsObject()[0].first));
  }
}

TEST(LossScaleOptimizer, RefusesWhatOnlyTheInnerOneCanHave) {
  Json config = MinimalConfig("LossScaleOptimizer");
  config.Set("clipnorm", 1.0);
  EXPECT_THAT(std::string(FromConfig("LossScaleOptimizer", config).status().message()),
              HasSubstr("clipnorm"));
}

TEST(OptimizerMap, PrefersTheExactPathAndRefusesTwoPatternsThatMatch) {
  const auto sgd = std::make_shared<SGD>();
  const auto adam = std::make_shared<Adam>();
  const auto other = std::make_shared<AdamW>();
  const auto map = OptimizerMap::Make(
      sgd, {{"encoder/.*", adam}, {".*/kernel", other}, {"encoder/kernel", other}});
  ASSERT_TRUE(map.ok()) << map.status();
  EXPECT_EQ(*map->Find("encoder/kernel"), other.get());
  EXPECT_EQ(*map->Find("encoder/bias"), adam.get());
  EXPECT_EQ(*map->Find("decoder/bias"), sgd.get());
  EXPECT_TRUE(absl::IsInvalidArgument(map->Find("encoder/dense/kernel").status()));
}

TEST(OptimizerMap, RefusesOptimizersOfOptimizers) {
  EXPECT_TRUE(absl::IsInvalidArgument(
      OptimizerMap::Make(std::make_shared<LossScaleOptimizer>(std::make_shared<SGD>()), {})
          .status()));
}

}  // namespace
}  // namespace tricorn::keras
