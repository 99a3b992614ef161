#include "core/keras/regularizers/orthogonal_regularizer.h"

#include <vector>

#include "core/keras/settings/settings.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

// Where a square matrix is off its diagonal, as bool.
ir::Value OffDiagonal(ir::Builder& builder, int64_t size) {
  const ir::Type type{DType::kI32, {size, size}};
  return ops::NotEqual(ops::Iota(builder, type, 0), ops::Iota(builder, type, 1));
}

}  // namespace

ir::Value OrthogonalRegularizer::operator()(ir::Value x) const {
  if (x.rank() != 2 || (config_.mode != "rows" && config_.mode != "columns")) {
    return ops::Error(
        x, InvalidArgument("OrthogonalRegularizer: expected a matrix and mode rows or columns, "
                           "received shape {} and mode '{}'",
                           x.shape().ToString(), config_.mode));
  }
  const ir::Value rows = config_.mode == "rows" ? x : ops::Transpose(x);
  const double pairs =
      static_cast<double>(rows.dim(0)) * (static_cast<double>(rows.dim(0)) - 1) / 2;
  // Keras divides by the norm, or by epsilon where that is zero.
  const ir::Value norms = ops::Sqrt(ops::Sum(ops::Square(rows), {1}, true));
  const ir::Value unit = rows / ops::Maximum(norms, Epsilon());
  const ir::Value products = ops::Absolute(ops::Matmul(unit, ops::Transpose(unit)));
  const ir::Value others = ops::Where(OffDiagonal(x.builder(), rows.dim(0)), products, 0.0);
  return config_.factor * 0.5 / pairs * ops::Sum(others);
}

}  // namespace tricorn::keras
