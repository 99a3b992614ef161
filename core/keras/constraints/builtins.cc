#include "core/keras/constraints/non_neg.h"
#include "core/keras/constraints/norm_constraints.h"
#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras {
namespace {

Registry<Constraint> MakeBuiltins() {
  Registry<Constraint> registry;
  const auto add = [&]<typename C>(C*) {
    registry.Add<C>();
    registry.Add<C>(ToSnakeCase(C::kClassName));
  };
  add(static_cast<MaxNorm*>(nullptr));
  add(static_cast<MinMaxNorm*>(nullptr));
  add(static_cast<UnitNorm*>(nullptr));
  add(static_cast<NonNeg*>(nullptr));
  return registry;
}

}  // namespace

const Registry<Constraint>& Constraint::Builtins() {
  static const Registry<Constraint> registry = MakeBuiltins();
  return registry;
}

}  // namespace tricorn::keras
