#include "core/keras/layers/image_geometry/sampling.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

absl::Status CheckSampling(const Sampling& sampling) {
  RETURN_IF_ERROR(ops::SamplingOrder(sampling.interpolation).status());
  for (const std::string_view mode : {"reflect", "wrap", "constant", "nearest"}) {
    if (sampling.fill_mode == mode) return absl::OkStatus();
  }
  return InvalidArgument(
      "fill_mode: expected 'reflect', 'wrap', 'constant' or 'nearest', received '{}'",
      sampling.fill_mode);
}

ops::MapCoordinatesAttrs ImageSampling(const Sampling& sampling) {
  const int64_t order = ops::SamplingOrder(sampling.interpolation).value_or(1);
  return {order, sampling.fill_mode, sampling.fill_value};
}

ops::MapCoordinatesAttrs MaskSampling(const Sampling& sampling) {
  return {0, sampling.fill_mode, sampling.fill_value};
}

ir::Value AffineRows(ir::Operands entries) {
  ir::Values all(entries.begin(), entries.end());
  all.resize(8, ops::ZerosLike(entries[0]));
  return ops::Stack(all, 1);
}

}  // namespace tricorn::keras
