// Orthogonal factors: QR, eigenvectors, singular vectors.

#include "core/ops/creation/creation.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/matrix.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using linalg::BatchShape;
using linalg::InverseDifferences;
using linalg::LowerGradient;
using linalg::ScaleColumns;
using linalg::ScaleRows;
using linalg::T;

struct Sides {
  int64_t m, n, k;
};
Sides SidesOf(const Shape& x) {
  const int64_t m = x[x.rank() - 2], n = x[x.rank() - 1];
  return {m, n, std::min(m, n)};
}

absl::StatusOr<Types> InferQr(std::span<const Type> x, const QrAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(linalg::ExpectMatrix(x[0]));
  const auto [m, n, k] = SidesOf(x[0].shape);
  const int64_t columns = a.full ? m : k;
  return Types{{x[0].dtype, BatchShape(x[0].shape, {m, columns})},
               {x[0].dtype, BatchShape(x[0].shape, {columns, n})}};
}

Grads QrGradient(Operands x, Operands y, Operands dy, const QrAttrs& a) {
  const auto [m, n, k] = SidesOf(x[0].shape());
  if (m < n || (a.full && m > n)) {
    return {
        Error(x[0], Unimplemented("qr: expected a gradient of at least as many rows as columns, "
                                  "in reduced form, received {}",
                                  x[0].type().ToString()))};
  }
  const Value q = y[0], r = y[1], dr = Triu(dy[1]);
  const Value inner = Matmul(r, T(dr)) - Matmul(T(dy[0]), q);
  const Value symmetric = Tril(inner) + T(Tril(inner, -1));
  const Value right = dy[0] + Matmul(q, symmetric);
  return {T(TriangularSolve(r, T(right), {.lower = false}))};
}

absl::StatusOr<Types> InferEigh(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(linalg::ExpectSquare(x[0]));
  return Types{{x[0].dtype, BatchShape(x[0].shape, {x[0].shape[x[0].rank() - 1]})}, x[0]};
}

Grads EighGradient(Operands, Operands y, Operands dy, const NoAttrs&) {
  const Value w = y[0], v = y[1];
  Value inner = DiagonalMatrix(dy[0]);
  if (!IsZero(dy[1])) inner = inner + InverseDifferences(w) * Matmul(T(v), dy[1]);
  const Value dx = Matmul(Matmul(v, inner), T(v));
  return {LowerGradient(0.5 * (dx + T(dx)))};
}

absl::StatusOr<Types> InferSvd(std::span<const Type> x, const SvdAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(linalg::ExpectMatrix(x[0]));
  const auto [m, n, k] = SidesOf(x[0].shape);
  return Types{{x[0].dtype, BatchShape(x[0].shape, {m, a.full ? m : k})},
               {x[0].dtype, BatchShape(x[0].shape, {k})},
               {x[0].dtype, BatchShape(x[0].shape, {a.full ? n : k, n})}};
}

// Source: Townsend 2016, "Differentiating the singular value decomposition".
Grads SvdGradient(Operands x, Operands y, Operands dy, const SvdAttrs& a) {
  const auto [m, n, k] = SidesOf(x[0].shape());
  const Value u = SliceAxis(y[0], -1, 0, k), s = y[1], v = T(SliceAxis(y[2], -2, 0, k));
  if (IsZero(dy[0]) && IsZero(dy[2])) return {Matmul(ScaleColumns(u, dy[1]), T(v))};
  if (a.full && m != n) {
    return {
        Error(x[0], Unimplemented("svd: expected the gradient of the reduced form, received the "
                                  "full one of {}",
                                  x[0].type().ToString()))};
  }
  const Value du = dy[0], dv = T(dy[2]);
  const Value f = InverseDifferences(Square(s));
  const Value left = Matmul(T(u), du), right = Matmul(T(v), dv);
  const Value inner = ScaleColumns(f * (left - T(left)), s) + ScaleRows(s, f * (right - T(right))) +
                      DiagonalMatrix(dy[1]);
  Value dx = Matmul(Matmul(u, inner), T(v));
  const Value inverse = 1 / s;
  if (m > k) dx = dx + Matmul(ScaleColumns(du - Matmul(u, left), inverse), T(v));
  if (n > k) dx = dx + Matmul(u, T(ScaleColumns(dv - Matmul(v, right), inverse)));
  return {dx};
}

}  // namespace

const OpDef kQr = Op<QrAttrs>{
    .name = "qr",
    .doc = "x = q r, columns of q orthonormal, r upper triangular. Results: q, r",
    .infer_all = InferQr,
    .gradient_all = QrGradient,
};

const OpDef kEigh = Op<>{
    .name = "eigh",
    .doc = "x = v diag(w) v^T, w ascending; reads the lower triangle of x. Results: w, v",
    .infer_all = InferEigh,
    .gradient_all = EighGradient,
};

const OpDef kSvd = Op<SvdAttrs>{
    .name = "svd",
    .doc = "x = u diag(s) vh, s descending. Results: u, s, vh",
    .infer_all = InferSvd,
    .gradient_all = SvdGradient,
};

const OpDef kEig = Op<>{
    .name = "eig",
    .doc = "x v_j = w_j v_j. Results: real and imaginary parts of w, then of v",
    .infer_all = [](std::span<const Type> x, const NoAttrs& a) -> absl::StatusOr<Types> {
      ASSIGN_OR_RETURN(const Types symmetric, InferEigh(x, a));
      return Types{symmetric[0], symmetric[0], symmetric[1], symmetric[1]};
    },
};

QrResult Qr(Value x, bool full) {
  x = linalg::ToFloat(x);
  const Values y = x.builder().AddAll(kQr, {{x}}, QrAttrs{full});
  return y.size() == 2 ? QrResult{y[0], y[1]} : QrResult{Error(x), Error(x)};
}

EighResult Eigh(Value x) {
  x = linalg::ToFloat(x);
  if (x.rank() < 2) {
    const Value error =
        Error(x, InvalidArgument("eigh: expected a matrix, received {}", x.type().ToString()));
    return {error, error};
  }
  const Values y = x.builder().AddAll(kEigh, {{0.5 * (x + T(x))}});
  return y.size() == 2 ? EighResult{y[0], y[1]} : EighResult{Error(x), Error(x)};
}

SvdResult Svd(Value x, bool full) {
  x = linalg::ToFloat(x);
  const Values y = x.builder().AddAll(kSvd, {{x}}, SvdAttrs{full});
  return y.size() == 3 ? SvdResult{y[0], y[1], y[2]} : SvdResult{Error(x), Error(x), Error(x)};
}

Values Eig(Value x) {
  x = linalg::ToFloat(x);
  const Values y = x.builder().AddAll(kEig, {{x}});
  return y.size() == 4 ? y : Errors(x, 4);
}

}  // namespace tricorn::ops
