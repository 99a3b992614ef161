#include "core/keras/constraints/norm_constraints.h"

#include "core/keras/settings/settings.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

ir::Value Norms(ir::Value w, const AxisOrAxes& axis) {
  return ops::Sqrt(ops::Sum(ops::Square(w), axis.axes(), true));
}

}  // namespace

ir::Value MaxNorm::operator()(ir::Value w) const {
  const ir::Value norms = Norms(w, config_.axis);
  return w * (ops::Clip(norms, 0.0, config_.max_value) / (Epsilon() + norms));
}

ir::Value UnitNorm::operator()(ir::Value w) const {
  return w / (Epsilon() + Norms(w, config_.axis));
}

ir::Value MinMaxNorm::operator()(ir::Value w) const {
  const ir::Value norms = Norms(w, config_.axis);
  const ir::Value desired = config_.rate * ops::Clip(norms, config_.min_value, config_.max_value) +
                            (1 - config_.rate) * norms;
  return w * (desired / (Epsilon() + norms));
}

}  // namespace tricorn::keras
