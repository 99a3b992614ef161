#include "core/keras/random/random.h"

#include "core/backend/cpu/compute_on_host.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/random/random.h"

namespace tricorn::keras::random {
namespace {

// One array: the first operand of `draw` is the key.
Result Drawn(Seed& seed, std::vector<Tensor> operands,
             absl::FunctionRef<ir::Value(ir::Value key, ir::Operands x)> draw) {
  operands.insert(operands.begin(), seed.Key());
  ASSIGN_OR_RETURN(const std::vector<Tensor> drawn,
                   backend::cpu::ComputeOnHost(operands, [&](ir::Operands x) -> ir::Values {
                     return {draw(x[0], x.subspan(1))};
                   }));
  return drawn[0];
}

absl::Status ExpectFloatingDType(DType dtype) {
  if (IsFloating(dtype)) return absl::OkStatus();
  return InvalidArgument("dtype: expected a floating one, received {}", Name(dtype));
}

}  // namespace

Result Normal(const Shape& shape, double mean, double stddev, Seed seed, DType dtype) {
  RETURN_IF_ERROR(ExpectFloatingDType(dtype));
  return Drawn(seed, {}, [&](ir::Value key, ir::Operands) {
    return ops::RandomNormal(key, {dtype, shape}, mean, stddev);
  });
}

Result TruncatedNormal(const Shape& shape, double mean, double stddev, Seed seed, DType dtype) {
  RETURN_IF_ERROR(ExpectFloatingDType(dtype));
  return Drawn(seed, {}, [&](ir::Value key, ir::Operands) {
    return ops::RandomTruncatedNormal(key, {dtype, shape}, mean, stddev);
  });
}

Result Uniform(const Shape& shape, double minval, double maxval, Seed seed, DType dtype) {
  if (IsInteger(dtype)) {
    return Randint(shape, static_cast<int64_t>(minval), static_cast<int64_t>(maxval), seed, dtype);
  }
  RETURN_IF_ERROR(ExpectFloatingDType(dtype));
  return Drawn(seed, {}, [&](ir::Value key, ir::Operands) {
    return ops::RandomUniform(key, {dtype, shape}, minval, maxval);
  });
}

Result Randint(const Shape& shape, int64_t minval, int64_t maxval, Seed seed, DType dtype) {
  if (!IsInteger(dtype)) {
    return InvalidArgument("dtype: expected an integer one, received {}", Name(dtype));
  }
  return Drawn(seed, {}, [&](ir::Value key, ir::Operands) {
    return ops::RandomInteger(key, {dtype, shape}, minval, maxval);
  });
}

Result Categorical(const Tensor& logits, int64_t num_samples, Seed seed, DType dtype) {
  if (logits.shape().rank() != 2) {
    return InvalidArgument("logits: expected (batch, classes), received {}", logits.ToString());
  }
  return Drawn(seed, {logits}, [&](ir::Value key, ir::Operands x) {
    return ops::RandomCategorical(key, x[0], num_samples, dtype);
  });
}

Result Gamma(const Shape& shape, const Tensor& alpha, Seed seed, DType dtype) {
  RETURN_IF_ERROR(ExpectFloatingDType(dtype));
  return Drawn(seed, {alpha}, [&](ir::Value key, ir::Operands x) {
    return ops::RandomGamma(key, {dtype, shape}, x[0]);
  });
}

Result Beta(const Shape& shape, const Tensor& alpha, const Tensor& beta, Seed seed, DType dtype) {
  RETURN_IF_ERROR(ExpectFloatingDType(dtype));
  return Drawn(seed, {alpha, beta}, [&](ir::Value key, ir::Operands x) {
    return ops::RandomBeta(key, {dtype, shape}, x[0], x[1]);
  });
}

Result Binomial(const Shape& shape, const Tensor& counts, const Tensor& probabilities, Seed seed,
                DType dtype) {
  return Drawn(seed, {counts, probabilities}, [&](ir::Value key, ir::Operands x) {
    return ops::RandomBinomial(key, {dtype, shape}, x[0], x[1]);
  });
}

Result Shuffle(const Tensor& x, int64_t axis, Seed seed) {
  return Drawn(seed, {x}, [&](ir::Value key, ir::Operands operands) {
    return ops::RandomShuffle(key, operands[0], axis);
  });
}

Result Dropout(const Tensor& inputs, double rate, Seed seed, std::optional<Shape> noise_shape) {
  return Drawn(seed, {inputs}, [&](ir::Value key, ir::Operands x) {
    return ops::Dropout(x[0], key, rate, noise_shape);
  });
}

std::vector<std::string_view> Names() {
  return {"beta",    "binomial", "categorical",   "dropout",          "gamma",  "normal",
          "randint", "shuffle",  "SeedGenerator", "truncated_normal", "uniform"};
}

}  // namespace tricorn::keras::random
