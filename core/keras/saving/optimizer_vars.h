#pragma once

#include "absl/status/statusor.h"
#include "core/io/hdf5/hdf5.h"
#include "core/keras/saving/optimizer_state.h"

namespace tricorn::keras {

// The group "optimizer/vars" of a weights file. Nothing is added for an empty state.
void AddOptimizer(const OptimizerState& state, Hdf5Group& weights);
// Empty where the file has none.
absl::StatusOr<OptimizerState> OptimizerIn(const Hdf5Group& weights);

}  // namespace tricorn::keras
