#pragma once

#include <optional>
#include <string>

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

// window: a name, or its values.
struct StftConfig {
  std::string side = "real";
  Json window = "hann";
  std::optional<std::string> scaling = "density";
  bool periodic = false;
  FIELDS(side, window, scaling, periodic)
};

// The kernel of a convolution that gives one part of the short-time Fourier transform of frames:
//   k_{t,0,f} = w_t cos(-2 pi t f / n) / s, or sin for side "imag",  n = 2 (frequencies - 1)
//   s = sqrt(sum w^2) for scaling "density", sum |w| for "spectrum", else 1
// Shape (frame, 1, frequencies). Errors: InvalidArgument for another shape, an unknown side,
// window or scaling.   Source: Keras 3 `STFT`.
class Stft : public InitializerWith<Stft, StftConfig> {
 public:
  static constexpr std::string_view kClassName = "STFT";
  using InitializerWith::InitializerWith;
  absl::StatusOr<Tensor> Make(const Shape& shape, DType dtype, uint64_t stream) const override;

 private:
  absl::StatusOr<std::vector<double>> ScaledWindow(int64_t length) const;
};

}  // namespace tricorn::keras
