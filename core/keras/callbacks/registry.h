#pragma once

#include "core/keras/serialization/registry.h"
#include "core/keras/training/callback.h"

namespace tricorn::keras {

// Adds Keras's callbacks that a config makes, by class name: all but LambdaCallback and
// ProgbarLogger, whose arguments are functions.
void AddCallbacks(Registry<Callback>& registry);

}  // namespace tricorn::keras
