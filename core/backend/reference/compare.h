#pragma once

#include "core/backend/device.h"

namespace tricorn::backend {

// Whether got is within tolerance * max(1, largest |want|) of want everywhere; NaN equals NaN,
// infinities equal themselves; integers and bool are equal exactly.
// Errors: Internal, naming the first element that differs.
absl::Status ExpectClose(const Tensor& want, const Tensor& got, double tolerance);

// Whether `device` computes the outputs of `graph` that the reference backend computes. The
// tolerance is of float32; float64 is held to a thousandth of it, float16 and bfloat16 to their
// precision.
absl::Status CompareWithReference(Device& device, const ir::Graph& graph,
                                  std::span<const Tensor> inputs, double tolerance = 1e-5);

}  // namespace tricorn::backend
