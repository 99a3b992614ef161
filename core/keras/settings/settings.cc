#include "core/keras/settings/settings.h"

namespace tricorn::keras {
namespace {

thread_local const SettingsScope* innermost = nullptr;

}  // namespace

SettingsScope::SettingsScope(Settings settings) : settings_(settings), outer_(innermost) {
  innermost = this;
}

SettingsScope::~SettingsScope() { innermost = outer_; }

const Settings& CurrentSettings() {
  static constexpr Settings kDefaults;
  return innermost == nullptr ? kDefaults : innermost->settings_;
}

}  // namespace tricorn::keras
