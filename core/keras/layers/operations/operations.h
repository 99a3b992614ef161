#pragma once

#include "core/keras/layers/operation.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Adds the ops of keras.ops that functional models may call, by Keras's class names ("Tanh",
// "GetItem"): layers in all but weights, with their static arguments as config.
void AddOperations(Registry<Operation>& registry);

}  // namespace tricorn::keras
