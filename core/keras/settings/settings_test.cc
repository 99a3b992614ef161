#include "core/keras/settings/settings.h"

#include <gtest/gtest.h>

#include <thread>

namespace tricorn::keras {
namespace {

Settings WithEpsilon(double epsilon) {
  Settings settings = CurrentSettings();
  settings.epsilon = epsilon;
  return settings;
}

TEST(SettingsScope, EndsAndLeavesTheOneAround) {
  EXPECT_EQ(Epsilon(), 1e-7);
  {
    const SettingsScope outer(WithEpsilon(1e-3));
    {
      const SettingsScope inner(WithEpsilon(1e-5));
      EXPECT_EQ(Epsilon(), 1e-5);
    }
    EXPECT_EQ(Epsilon(), 1e-3);
  }
  EXPECT_EQ(Epsilon(), 1e-7);
}

TEST(SettingsScope, IsOfItsThread) {
  const SettingsScope scope(WithEpsilon(1e-3));
  double elsewhere = 0;
  std::thread([&] { elsewhere = Epsilon(); }).join();
  EXPECT_EQ(elsewhere, 1e-7);
}

}  // namespace
}  // namespace tricorn::keras
