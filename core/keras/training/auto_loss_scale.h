#pragma once

#include <memory>

#include "core/keras/models/model.h"
#include "core/keras/optimizers/optimizer.h"

namespace tricorn::keras {

// The optimizer that Keras's `compile` makes of the given one: within a LossScaleOptimizer where
// the model, or a layer of it, has the policy mixed_float16, in which gradients would vanish.
// Archives say it no other way: their compile config has the optimizer as it was given, their
// weights the state of the one that scales.
std::shared_ptr<Optimizer> WithAutoLossScale(Model& model, std::shared_ptr<Optimizer> optimizer);

}  // namespace tricorn::keras
