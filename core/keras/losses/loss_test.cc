#include "core/keras/losses/loss.h"

#include <gtest/gtest.h>

namespace tricorn::keras {
namespace {

absl::StatusOr<std::shared_ptr<Loss>> FromConfig(const std::string& name, const Json& config) {
  const Registries none;
  return (*Loss::Builtins().Find(name))(config, Deserializer(none));
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

TEST(CategoricalGeneralizedCrossEntropy, RefusesQOutsideItsRange) {
  for (const double q : {0.0, 1.0, -0.5}) {
    EXPECT_TRUE(absl::IsInvalidArgument(
        FromConfig("CategoricalGeneralizedCrossEntropy", Json::MakeObject({{"q", q}})).status()));
  }
}

}  // namespace
}  // namespace tricorn::keras
