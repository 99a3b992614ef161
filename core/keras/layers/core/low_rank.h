#pragma once

#include <optional>

#include "core/keras/initializers/initializer.h"

namespace tricorn::keras {

// Arguments of enable_lora: a frozen weight w becomes w + alpha / rank * a . b, of which the
// factors a (..., rank) and b (rank, units) train. Source: Hu et al. 2021; Keras 3 `enable_lora`.
struct LoraOptions {
  int64_t rank = 0;
  std::optional<double> alpha = std::nullopt;  // rank when none
  InitializerRef a_initializer = "he_uniform";
  InitializerRef b_initializer = "zeros";

  double factor() const {
    return alpha.value_or(static_cast<double>(rank)) / static_cast<double>(rank);
  }
};

// Whether the factors add nothing yet: then what they stand beside is saved as it is, not quantized
// a second time.
inline bool AddNothing(const Tensor& b) {
  for (int64_t i = 0; i < b.num_elements(); ++i) {
    if (b.At(i) != 0) return false;
  }
  return true;
}

}  // namespace tricorn::keras
