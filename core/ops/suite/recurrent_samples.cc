#include "core/ops/recurrent/lstm_gates.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddRecurrentSamples(SampleList& samples) {
  const Shape state{3, 5}, gates{3, 20};
  samples.push_back({.name = "lstm_gates",
                     .op = &kLstmGates,
                     .operands = {Uniform(gates, -1, 1), Distinct(gates), Distinct(state)}});
  samples.push_back({.name = "lstm_gates_gradient",
                     .op = &kLstmGatesGradient,
                     .operands = {Uniform(gates, 0.1, 0.9), Distinct(state), Uniform(state, -1, 1),
                                  Uniform(state, 0, 1), Uniform(state, -1, 0)}});
}

}  // namespace tricorn::ops
