#include "core/ops/optimizer/adam.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddOptimizerSamples(SampleList& samples) {
  const Shape shape{3, 23};
  const Tensor rate = Uniform({}, 0.01, 0.02);
  samples.push_back({.name = "adam",
                     .op = &kAdam,
                     .attrs = AdamAttrs{.beta_1 = 0.9, .beta_2 = 0.99, .epsilon = 1e-3},
                     .operands = {Uniform(shape, -1, 1), Distinct(shape), Uniform(shape, -1, 2),
                                  Uniform(shape, 0.5, 1), rate}});
}

}  // namespace tricorn::ops
