#pragma once

#include "core/keras/layers/layer.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Adds Sequential and Functional ("Functional", and "Model" as older files call it).
void AddModels(Registry<Layer>& registry);

}  // namespace tricorn::keras
