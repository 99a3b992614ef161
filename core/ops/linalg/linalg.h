#pragma once

#include <optional>

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Decompositions of matrices (the last two axes; the axes before are batches), and what is made of
// them. Nodes take floating dtypes; the functions turn integers into float32.

namespace tricorn::ops {

// -- Primitives ----------------------------------------------------------------------------------

// x = y y^T, y lower triangular; reads the lower triangle of x. NaN where there is none.
extern const OpDef kCholesky;

// Solves op(a) y = b, a triangular, op(a) = a or its transpose. Operands: a (..., n, n),
// b (..., n, k).
struct TriangularSolveAttrs {
  bool lower = true;
  bool transpose = false;
  bool unit_diagonal = false;
  FIELDS(lower, transpose, unit_diagonal)
};
extern const OpDef kTriangularSolve;
Value TriangularSolve(Value a, Value b, TriangularSolveAttrs attrs);

// Rows of x, permuted, are l u. Results: l below and u on and above the diagonal in one matrix;
// int32 pivots (..., min(m, n)), the row that each step swapped with its own; int32 permutation
// (..., m), the row of x that each row is.
extern const OpDef kLu;
struct LuResult {
  Value lu;
  Value pivots;
  Value permutation;
};
LuResult Lu(Value x);

// x (..., m, n) = q r. Results: q (..., m, k), r (..., k, n), k = m if `full`, else min(m, n).
struct QrAttrs {
  bool full = false;
  FIELDS(full)
};
extern const OpDef kQr;
struct QrResult {
  Value q;
  Value r;
};
QrResult Qr(Value x, bool full);

// x = v diag(w) v^T, w ascending; reads the lower triangle of x. Results: w (..., n), v.
extern const OpDef kEigh;
struct EighResult {
  Value w;
  Value v;
};
EighResult Eigh(Value x);  // of the mean of x and its transpose

// x (..., m, n) = u diag(s) vh, s descending. Results: u (..., m, k), s (..., min(m, n)),
// vh (..., k', n), square if `full`, else k = k' = min(m, n).
struct SvdAttrs {
  bool full = false;
  FIELDS(full)
};
extern const OpDef kSvd;
struct SvdResult {
  Value u;
  Value s;
  Value vh;
};
SvdResult Svd(Value x, bool full);

// x v_j = w_j v_j. Results: the real and imaginary parts of w (..., n), then of v (..., n, n).
extern const OpDef kEig;
Values Eig(Value x);

// -- Made of them --------------------------------------------------------------------------------

extern const OpDef kSolve;    // a y = b; operands a (..., n, n), b (..., n, k)
extern const OpDef kDet;      // (..., n, n) to (...)
extern const OpDef kSlogdet;  // results: the sign of the determinant, the log of its magnitude

// The Moore-Penrose inverse; singular values up to `cutoff` times the greatest count as 0.
struct PinvAttrs {
  double cutoff = 0;
  FIELDS(cutoff)
};
extern const OpDef kPinv;

Value Cholesky(Value x, bool upper = false);
Value CholeskyInverse(Value factor, bool upper = false);  // of the matrix with that factor
// b may be a vector (one axis less than a).
Value SolveTriangular(Value a, Value b, bool lower);
Value Solve(Value a, Value b);
Value Inv(Value x);
Value Det(Value x);
struct SlogdetResult {
  Value sign;
  Value logdet;
};
SlogdetResult Slogdet(Value x);
// Cutoffs as NumPy chooses them unless given.
Value Pinv(Value x, std::optional<double> cutoff = std::nullopt);
Value Lstsq(Value a, Value b, std::optional<double> cutoff = std::nullopt);
Value MatrixRank(Value x, std::optional<double> tolerance = std::nullopt);  // int32
Value MatrixPower(Value x, int64_t n);

}  // namespace tricorn::ops
