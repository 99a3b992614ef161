#pragma once

#include <cstdint>

#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Keys for random functions, one after the other: the same ones for the same seed.
// Source: Keras 3 `SeedGenerator`, whose state is a seed and a count too.
class SeedGenerator {
 public:
  explicit SeedGenerator(int64_t seed);

  // (2,) u32. Each call gives another.
  Tensor Next();
  // (2,) u32: the next key. Setting it goes on from there.
  const Tensor& state() const { return state_; }
  // Errors: InvalidArgument for another type than uint32 (2,).
  absl::Status set_state(const Tensor& state);

 private:
  Tensor state_;
};

}  // namespace tricorn::keras
