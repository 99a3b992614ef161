#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/random/seed_generator.h"

// keras.random by its names. A seed that is a number gives the same array every time; a generator
// gives another at each call. Streams differ from those of Keras's backends, as theirs do among
// themselves. Errors: InvalidArgument for shapes that do not broadcast and for dtypes and bounds
// that a function does not take.

namespace tricorn::keras::random {

class Seed {
 public:
  Seed(int64_t seed) : own_(seed) {}                          // NOLINT
  Seed(SeedGenerator& generator) : generator_(&generator) {}  // NOLINT
  Tensor Key() { return generator_ != nullptr ? generator_->Next() : own_.Next(); }

 private:
  SeedGenerator own_{0};
  SeedGenerator* generator_ = nullptr;
};

using Result = absl::StatusOr<Tensor>;

Result Normal(const Shape& shape, double mean, double stddev, Seed seed, DType dtype = DType::kF32);
// Within two standard deviations.
Result TruncatedNormal(const Shape& shape, double mean, double stddev, Seed seed,
                       DType dtype = DType::kF32);
// In [minval, maxval).
Result Uniform(const Shape& shape, double minval, double maxval, Seed seed,
               DType dtype = DType::kF32);
Result Randint(const Shape& shape, int64_t minval, int64_t maxval, Seed seed,
               DType dtype = DType::kI32);
// Indices into the last axis of logits (batch, classes): (batch, num_samples).
Result Categorical(const Tensor& logits, int64_t num_samples, Seed seed, DType dtype = DType::kI32);
// Parameters are scalars or broadcast to the shape.
Result Gamma(const Shape& shape, const Tensor& alpha, Seed seed, DType dtype = DType::kF32);
Result Beta(const Shape& shape, const Tensor& alpha, const Tensor& beta, Seed seed,
            DType dtype = DType::kF32);
Result Binomial(const Shape& shape, const Tensor& counts, const Tensor& probabilities, Seed seed,
                DType dtype = DType::kF32);
// Slices along `axis` in a random order.
Result Shuffle(const Tensor& x, int64_t axis, Seed seed);
// x with a random fraction `rate` of its elements zeroed and the rest divided by 1 - rate;
// noise_shape broadcasts to x's.
Result Dropout(const Tensor& inputs, double rate, Seed seed,
               std::optional<Shape> noise_shape = std::nullopt);

// As Keras writes them.
std::vector<std::string_view> Names();

}  // namespace tricorn::keras::random
