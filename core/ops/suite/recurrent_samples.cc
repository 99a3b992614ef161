#include "core/ops/recurrent/lstm.h"
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
  struct Form {
    std::string_view name;
    int64_t steps, batch, units;
    bool reverse;
  };
  for (const Form& form : {Form{"", 3, 2, 2, false}, Form{"backwards", 3, 2, 2, true},
                           Form{"one step", 1, 2, 3, false}, Form{"wide", 4, 18, 32, false},
                           Form{"wide and backwards", 3, 3, 64, true}}) {
    const Shape one{form.batch, form.units}, all{form.steps, form.batch, form.units};
    const Shape of_gates{form.steps, form.batch, 4 * form.units};
    const Tensor kernel = Uniform({form.units, 4 * form.units}, -0.3, 0.4);
    const std::string name = form.name.empty() ? "" : fmt::format("/{}", form.name);
    const bool is_small = form.units < 32;
    samples.push_back(
        {.name = "lstm" + name,
         .op = &kLstm,
         .attrs = LstmAttrs{form.reverse},
         .operands = {Uniform(of_gates, -1, 1), Uniform(one, -1, 1), Uniform(one, -1, 0.5), kernel},
         .differentiable = is_small,
         .twice_differentiable = is_small});
    samples.push_back(
        {.name = "lstm_gradient" + name,
         .op = &kLstmGradient,
         .attrs = LstmGradientAttrs{form.reverse, !form.reverse},
         .operands = {kernel, Uniform(one, -1, 1), Uniform(all, -1, 1), Uniform(of_gates, 0.1, 0.9),
                      Uniform(one, -1, 1), Uniform(one, -0.5, 1)},
         .differentiable = is_small,
         .twice_differentiable = is_small});
    if (!form.reverse) samples.back().operands.push_back(Uniform(all, -1, 0.7));
  }
}

}  // namespace tricorn::ops
