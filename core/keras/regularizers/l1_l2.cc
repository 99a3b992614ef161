#include "core/keras/regularizers/l1_l2.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::keras {
namespace {

ir::Value SumOfMagnitudes(ir::Value x) { return ops::Sum(ops::Absolute(x)); }
ir::Value SumOfSquares(ir::Value x) { return ops::Sum(ops::Square(x)); }

}  // namespace

ir::Value L1::operator()(ir::Value x) const { return config_.l1 * SumOfMagnitudes(x); }

ir::Value L2::operator()(ir::Value x) const { return config_.l2 * SumOfSquares(x); }

ir::Value L1L2::operator()(ir::Value x) const {
  if (config_.l1 == 0) return config_.l2 * SumOfSquares(x);
  if (config_.l2 == 0) return config_.l1 * SumOfMagnitudes(x);
  return config_.l1 * SumOfMagnitudes(x) + config_.l2 * SumOfSquares(x);
}

}  // namespace tricorn::keras
