#include "core/keras/saving/optimizer_vars.h"

#include "core/base/status.h"
#include "core/keras/saving/weights.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kVars = "optimizer/vars";

}  // namespace

void AddOptimizer(const OptimizerState& state, Hdf5Group& weights) {
  if (!state.variables.empty()) weights.Make(kVars) = VarsGroup(state.name, state.variables);
}

absl::StatusOr<OptimizerState> OptimizerIn(const Hdf5Group& weights) {
  OptimizerState state;
  const Hdf5Group* vars = weights.Find(kVars);
  if (vars == nullptr) return state;
  if (const auto name = vars->attributes.find("name"); name != vars->attributes.end()) {
    state.name = name->second;
  }
  absl::StatusOr<std::vector<Tensor>> variables = VarsInOrder(*vars);
  RETURN_IF_ERROR(WithSubject(variables.status(), kVars));
  state.variables = *std::move(variables);
  return state;
}

}  // namespace tricorn::keras
