// What is particular to batch normalization, beside what layer_suite_test.cc runs for every layer.

#include "core/keras/layers/normalization/batch_normalization.h"

#include <gtest/gtest.h>

#include "core/keras/saving/builtin_objects.h"

namespace tricorn::keras {
namespace {

std::string SavedClipping(const BatchNormalizationConfig& config) {
  const BatchNormalization layer(config);
  const Registries objects = BuiltinObjects();
  const auto again = Deserializer(objects).Object<Layer>(layer->Serialize());
  EXPECT_TRUE(again.ok()) << again.status();
  if (!again.ok()) return "";
  EXPECT_EQ((*again)->GetConfig().Dump(), layer->GetConfig().Dump());
  return layer->GetConfig()["renorm_clipping"].Dump();
}

TEST(BatchNormalization, WritesTheBoundsOfRenormThatAreGiven) {
  EXPECT_EQ(SavedClipping({}), "null");
  EXPECT_EQ(SavedClipping({.renorm = true}), "{}");
  EXPECT_EQ(SavedClipping({.renorm = true, .renorm_clipping = RenormClipping{.rmax = 3}}),
            R"({"rmax": 3.0})");
}

}  // namespace
}  // namespace tricorn::keras
