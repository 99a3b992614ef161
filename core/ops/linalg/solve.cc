// Elimination: LU, linear systems, determinants.

#include <utility>

#include "core/ops/creation/creation.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/matrix.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/shape/turning.h"

namespace tricorn::ops {
namespace {

using linalg::BatchShape;
using linalg::T;

constexpr TriangularSolveAttrs kUnitLower{.lower = true, .unit_diagonal = true};
constexpr TriangularSolveAttrs kUpper{.lower = false};

// The rows of x that `rows` (..., m) name.
Value TakeRows(Value x, Value rows) { return TakeAlongAxis(x, ExpandDims(rows, {-1}), -2); }

absl::StatusOr<Types> InferLu(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(linalg::ExpectMatrix(x[0]));
  const int64_t m = x[0].shape[x[0].rank() - 2], n = x[0].shape[x[0].rank() - 1];
  return Types{x[0],
               {DType::kI32, BatchShape(x[0].shape, {std::min(m, n)})},
               {DType::kI32, BatchShape(x[0].shape, {m})}};
}

Grads LuGradient(Operands x, Operands y, Operands dy, const NoAttrs&) {
  if (x[0].dim(-1) != x[0].dim(-2)) {
    return {Error(x[0], Unimplemented("lu: expected the gradient of a square matrix, received {}",
                                      x[0].type().ToString()))};
  }
  const Value lu = y[0];
  const Value eye = Eye(lu.builder(), lu.dim(-1), lu.dim(-1), 0, lu.dtype());
  const Value l = Tril(lu, -1) + eye, u = Triu(lu);
  const Value inner = Tril(Matmul(T(l), Tril(dy[0], -1)), -1) + Triu(Matmul(Triu(dy[0]), T(u)));
  const Value left =
      TriangularSolve(lu, inner, {.lower = true, .transpose = true, .unit_diagonal = true});
  const Value permuted = T(TriangularSolve(lu, T(left), kUpper));
  return {TakeRows(permuted, Argsort(y[2], -1))};
}

absl::StatusOr<Type> InferSolve(std::span<const Type> x, const NoAttrs&) {
  ASSIGN_OR_RETURN(const Types y, kTriangularSolve.infer(x, TriangularSolveAttrs{}));
  return y[0];
}

// The sign of the permutation that the pivots make.
Value PermutationSign(Value pivots, DType dtype) {
  const Value swaps = NotEqual(pivots, Iota(pivots.builder(), pivots.type(), pivots.rank() - 1));
  const Value odd = Mod(Sum(Cast(swaps, DType::kI32), {-1}), 2);
  return Cast(1 - 2 * odd, dtype);
}

absl::StatusOr<Types> InferSlogdet(std::span<const Type> x, const NoAttrs&) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(linalg::ExpectSquare(x[0]));
  const Type scalar{x[0].dtype, BatchShape(x[0].shape, {})};
  return Types{scalar, scalar};
}

Value Scaled(Value scalars, Value matrix) { return ExpandDims(scalars, {-1, -2}) * matrix; }

}  // namespace

const OpDef kLu = Op<>{
    .name = "lu",
    .doc = "rows of x, permuted, are l u. Results: l and u in one matrix, pivots, permutation",
    .infer_all = InferLu,
    .gradient_all = LuGradient,
};

const OpDef kSolve = Op<>{
    .name = "solve",
    .doc = "a y = b. Operands: a, b",
    .infer = InferSolve,
    .decompose =
        [](Operands x, const NoAttrs&) {
          const LuResult f = Lu(x[0]);
          const Value lower = TriangularSolve(f.lu, TakeRows(x[1], f.permutation), kUnitLower);
          return TriangularSolve(f.lu, lower, kUpper);
        },
    .gradient =
        [](Operands x, Value y, Value dy, const NoAttrs&) {
          const Value db = dy.builder().Add(kSolve, {{T(x[0]), dy}});
          return Grads{-Matmul(db, T(y)), db};
        },
};

const OpDef kDet = Op<>{
    .name = "det",
    .doc = "the determinant",
    .infer = [](std::span<const Type> x, const NoAttrs& a) -> absl::StatusOr<Type> {
      ASSIGN_OR_RETURN(const Types types, InferSlogdet(x, a));
      return types[0];
    },
    .decompose =
        [](Operands x, const NoAttrs&) {
          const LuResult f = Lu(x[0]);
          return PermutationSign(f.pivots, x[0].dtype()) * Prod(Diagonal(f.lu, 0, -2, -1), {-1});
        },
    .gradient = [](Operands x, Value y, Value dy,
                   const NoAttrs&) { return Grads{Scaled(dy * y, T(Inv(x[0])))}; },
};

const OpDef kSlogdet = Op<>{
    .name = "slogdet",
    .doc = "Results: the sign of the determinant, the logarithm of its magnitude",
    .infer_all = InferSlogdet,
    .decompose_all =
        [](Operands x, const NoAttrs&) {
          const LuResult f = Lu(x[0]);
          const Value diagonal = Diagonal(f.lu, 0, -2, -1);
          return Values{PermutationSign(f.pivots, x[0].dtype()) * Prod(Sign(diagonal), {-1}),
                        Sum(Log(Absolute(diagonal)), {-1})};
        },
    .gradient_all = [](Operands x, Operands, Operands dy,
                       const NoAttrs&) { return Grads{Scaled(dy[1], T(Inv(x[0])))}; },
};

LuResult Lu(Value x) {
  x = linalg::ToFloat(x);
  const Values y = x.builder().AddAll(kLu, {{x}});
  return y.size() == 3 ? LuResult{y[0], y[1], y[2]} : LuResult{Error(x), Error(x), Error(x)};
}

Value Inv(Value x) {
  x = linalg::ToFloat(x);
  if (x.rank() < 2) {
    return Error(x, InvalidArgument("inv: expected a matrix, received {}", x.type().ToString()));
  }
  const Value eye = Eye(x.builder(), x.dim(-1), x.dim(-1), 0, x.dtype());
  return x.builder().Add(kSolve, {{x, BroadcastTo(eye, x.shape())}});
}

Value Det(Value x) {
  x = linalg::ToFloat(x);
  return x.builder().Add(kDet, {{x}});
}

SlogdetResult Slogdet(Value x) {
  x = linalg::ToFloat(x);
  const Values y = x.builder().AddAll(kSlogdet, {{x}});
  return y.size() == 2 ? SlogdetResult{y[0], y[1]} : SlogdetResult{Error(x), Error(x)};
}

Value MatrixPower(Value x, int64_t n) {
  if (x.rank() < 2 || x.dim(-1) != x.dim(-2)) {
    return Error(x, InvalidArgument("matrix_power: expected a square matrix, received {}",
                                    x.type().ToString()));
  }
  if (n < 0) return MatrixPower(Inv(x), -n);
  Value power = BroadcastTo(Eye(x.builder(), x.dim(-1), x.dim(-1), 0, x.dtype()), x.shape());
  bool is_one = true;
  for (; n > 0; n /= 2) {
    if (n % 2 == 1) power = std::exchange(is_one, false) ? x : Matmul(power, x);
    if (n > 1) x = Matmul(x, x);
  }
  return power;
}

}  // namespace tricorn::ops
