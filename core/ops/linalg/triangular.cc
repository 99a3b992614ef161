// Triangular factors and systems.

#include "core/ops/creation/creation.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/matrix.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using linalg::BatchShape;
using linalg::LowerGradient;
using linalg::T;

// With P the lower triangle of y^T dy, its diagonal halved: the symmetric part of y^-T P y^-1.
Grads CholeskyGradient(Operands, Value y, Value dy, const NoAttrs&) {
  const Value eye = Eye(y.builder(), y.dim(-1), y.dim(-1), 0, y.dtype());
  const Value p = Tril(Matmul(T(y), Tril(dy))) * (1 - 0.5 * eye);
  const TriangularSolveAttrs transposed{.lower = true, .transpose = true};
  const Value left = TriangularSolve(y, p, transposed);
  const Value both = T(TriangularSolve(y, T(left), transposed));
  return {LowerGradient(0.5 * (both + T(both)))};
}

absl::StatusOr<Type> InferTriangularSolve(std::span<const Type> x, const TriangularSolveAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(linalg::ExpectSquare(x[0]));
  RETURN_IF_ERROR(linalg::ExpectMatrix(x[1]));
  const int64_t n = x[0].shape[x[0].rank() - 1];
  RETURN_IF_ERROR(
      ExpectSameType({x[0].dtype, BatchShape(x[0].shape, {n, x[1].shape[x[1].rank() - 1]})}, x[1]));
  return x[1];
}

Grads TriangularSolveGradient(Operands x, Value y, Value dy, const TriangularSolveAttrs& a) {
  TriangularSolveAttrs other = a;
  other.transpose = !a.transpose;
  const Value db = TriangularSolve(x[0], dy, other);
  const Value product = a.transpose ? Matmul(y, T(db)) : Matmul(db, T(y));
  const int64_t k = a.unit_diagonal ? 1 : 0;
  return {-(a.lower ? Tril(product, -k) : Triu(product, k)), db};
}

}  // namespace

const OpDef kCholesky = Op<>{
    .name = "cholesky",
    .doc = "x = y y^T, y lower triangular; reads the lower triangle of x",
    .infer = [](std::span<const Type> x, const NoAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(linalg::ExpectSquare(x[0]));
      return x[0];
    },
    .gradient = CholeskyGradient,
};

const OpDef kTriangularSolve = Op<TriangularSolveAttrs>{
    .name = "triangular_solve",
    .doc = "op(a) y = b, a triangular, op(a) = a or its transpose. Operands: a, b",
    .infer = InferTriangularSolve,
    .gradient = TriangularSolveGradient,
};

Value TriangularSolve(Value a, Value b, TriangularSolveAttrs attrs) {
  return a.builder().Add(kTriangularSolve, {{a, b}}, attrs);
}

Value Cholesky(Value x, bool upper) {
  x = linalg::ToFloat(x);
  if (x.rank() < 2) {
    return Error(x,
                 InvalidArgument("cholesky: expected a matrix, received {}", x.type().ToString()));
  }
  const Value y = x.builder().Add(kCholesky, {{0.5 * (x + T(x))}});
  return upper ? T(y) : y;
}

// Reads one triangle; gradients are those of inv(f f^T) in all of f, as torch gives them.
Value CholeskyInverse(Value factor, bool upper) {
  factor = linalg::ToFloat(factor);
  if (factor.rank() < 2) {
    return Error(factor, InvalidArgument("cholesky_inverse: expected a matrix, received {}",
                                         factor.type().ToString()));
  }
  const Value triangle = upper ? Triu(factor) : Tril(factor);
  const Value inverse = Inv(factor + StopGradient(triangle - factor));
  return upper ? Matmul(inverse, T(inverse)) : Matmul(T(inverse), inverse);
}

}  // namespace tricorn::ops
