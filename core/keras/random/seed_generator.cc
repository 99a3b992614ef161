#include "core/keras/random/seed_generator.h"

namespace tricorn::keras {

SeedGenerator::SeedGenerator(int64_t seed)
    : state_(Tensor::From<uint32_t>({2},
                                    {static_cast<uint32_t>(seed),
                                     static_cast<uint32_t>(static_cast<uint64_t>(seed) >> 32)})) {}

Tensor SeedGenerator::Next() {
  const Tensor key = state_;
  const auto* words = key.data<uint32_t>();
  state_ = Tensor::From<uint32_t>({2}, {words[0], words[1] + 1});
  return key;
}

absl::Status SeedGenerator::set_state(const Tensor& state) {
  if (state.dtype() != DType::kU32 || state.shape() != Shape{2}) {
    return InvalidArgument("seed: expected uint32(2), received {}", state.ToString());
  }
  state_ = state.Clone();
  return absl::OkStatus();
}

}  // namespace tricorn::keras
