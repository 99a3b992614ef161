#include "core/ops/special/special.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddSpecialSamples(SampleList& samples) {
  const Tensor a = Uniform({3, 4}, 0.4, 4), x = Uniform({3, 4}, 0.2, 6);
  // No gradient flows through digamma and the derivative in the order.
  samples.push_back(
      {.name = "lgamma", .op = &kLgamma, .operands = {a}, .twice_differentiable = false});
  samples.push_back({.name = "digamma",
                     .op = &kDigamma,
                     .operands = {Uniform({3, 4}, -2.9, 4)},
                     .differentiable = false});
  samples.push_back(
      {.name = "gammainc", .op = &kGammainc, .operands = {a, x}, .twice_differentiable = false});
  samples.push_back({.name = "gammainc_order",
                     .op = &kGammaincOrder,
                     .operands = {a, x},
                     .differentiable = false});
}

}  // namespace tricorn::ops
