#pragma once

#include "core/keras/layers/layer.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Adds every layer class of the folders beside this one, but no model.
void AddAllLayers(Registry<Layer>& registry);

}  // namespace tricorn::keras
