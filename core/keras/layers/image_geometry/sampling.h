#pragma once

#include <string>

#include "core/ops/image/image.h"

namespace tricorn::keras {

// How the layers of this folder read images between and outside their pixels. Masks are read at the
// nearest pixel.
struct Sampling {
  std::string interpolation;
  std::string fill_mode;
  double fill_value;
};
// Errors: InvalidArgument for names that these layers do not take.
absl::Status CheckSampling(const Sampling& sampling);
ops::MapCoordinatesAttrs ImageSampling(const Sampling& sampling);
ops::MapCoordinatesAttrs MaskSampling(const Sampling& sampling);

// Rows (a0, a1, a2, b0, b1, b2, 0, 0) of an affine map from entries (batch,), as
// ops::AffineTransform takes it.
ir::Value AffineRows(ir::Operands entries);

}  // namespace tricorn::keras
