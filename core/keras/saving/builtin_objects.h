#pragma once

#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Every layer, model and operation class of this build. Copy it and add a user's classes.
Registries BuiltinObjects();

}  // namespace tricorn::keras
