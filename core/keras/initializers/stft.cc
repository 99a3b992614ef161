#include "core/keras/initializers/stft.h"

#include <cmath>
#include <numbers>

#include "core/keras/initializers/fill.h"
#include "core/keras/initializers/window.h"

namespace tricorn::keras {

absl::StatusOr<std::vector<double>> Stft::ScaledWindow(int64_t length) const {
  const auto count = static_cast<size_t>(length);
  if (config_.window.is_null()) return std::vector<double>(count, 1);
  std::vector<double> window;
  if (config_.window.is_string()) {
    ASSIGN_OR_RETURN(window, Window(config_.window.AsString(), length, config_.periodic));
  } else {
    // A NumPy array comes as {"class_name": "__numpy__", "config": {"value": [...]}}.
    const Json& list = config_.window["class_name"].is_string() ? config_.window["config"]["value"]
                                                                : config_.window;
    RETURN_IF_ERROR(WithSubject(FromJson(list, &window), "window"));
  }
  if (window.size() != count) {
    return InvalidArgument("window: expected {} values, received {}", count, window.size());
  }
  double squares = 0, sum = 0;
  for (const double w : window) {
    squares += w * w;
    sum += std::abs(w);
  }
  double scale = 1;
  if (config_.scaling == "density") {
    scale = std::sqrt(squares);
  } else if (config_.scaling == "spectrum") {
    scale = sum;
  } else if (config_.scaling) {
    return InvalidArgument("scaling: expected 'density' or 'spectrum', received '{}'",
                           *config_.scaling);
  }
  for (double& w : window) w /= scale;
  return window;
}

absl::StatusOr<Tensor> Stft::Make(const Shape& shape, DType dtype, uint64_t) const {
  if (config_.side != "real" && config_.side != "imag") {
    return InvalidArgument("side: expected 'real' or 'imag', received '{}'", config_.side);
  }
  if (shape.rank() != 3 || shape[1] != 1 || shape[2] < 2) {
    return InvalidArgument("STFT: expected a shape (frame, 1, at least 2), received {}",
                           shape.ToString());
  }
  ASSIGN_OR_RETURN(const std::vector<double> window, ScaledWindow(shape[0]));
  const int64_t frequencies = shape[2], n = 2 * (frequencies - 1);
  const bool real = config_.side == "real";
  int64_t i = 0;
  return Fill(shape, dtype, [&] {
    const int64_t time = i / frequencies, frequency = i % frequencies;
    ++i;
    // t f modulo n: angles within one turn.
    const auto part = static_cast<double>((time % n) * frequency % n);
    const double angle = -2 * std::numbers::pi * part / static_cast<double>(n);
    return (real ? std::cos(angle) : std::sin(angle)) * window[static_cast<size_t>(time)];
  });
}

}  // namespace tricorn::keras
