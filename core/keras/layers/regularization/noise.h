#pragma once

#include <optional>

#include "absl/status/status.h"
#include "core/keras/layers/symbolic_type.h"

namespace tricorn::keras {

// Errors: InvalidArgument unless rate is within [0, 1).
absl::Status CheckRate(double rate);

// Lengths of an optional noise_shape, those of x where it has None; x's own shape without one.
Shape NoiseShape(const std::optional<SymbolicShape>& noise_shape, const Shape& x);

}  // namespace tricorn::keras
