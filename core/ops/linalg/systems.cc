// Systems of a matrix and vectors or matrices, and least squares.

#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/linalg/linalg.h"
#include "core/ops/linalg/matrix.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

using linalg::T;

double Epsilon(DType dtype) {
  switch (dtype) {
    case DType::kF16:
      return 0x1p-10;
    case DType::kBF16:
      return 0x1p-7;
    case DType::kF32:
      return 0x1p-23;
    default:
      return 0x1p-52;
  }
}

double Longest(const Value& x) { return static_cast<double>(std::max(x.dim(-1), x.dim(-2))); }

// Operands of one dtype and one batch, and whether b was a vector.
struct System {
  Value a, b;
  bool is_vector;
};
System MakeSystem(Value a, Value b) {
  const DType dtype = Promote(linalg::ToFloat(a).dtype(), linalg::ToFloat(b).dtype());
  a = Cast(a, dtype);
  b = Cast(b, dtype);
  const bool is_vector = b.rank() == a.rank() - 1;
  if (is_vector) b = ExpandDims(b, {-1});
  if (a.rank() < 2 || b.rank() < 2) {
    Error(a, InvalidArgument("solve: expected a matrix and a vector or matrix, received {} and {}",
                             a.type().ToString(), b.type().ToString()));
    return {Error(a), Error(a), false};
  }
  const absl::StatusOr<Shape> batch =
      BroadcastShapes({{Shape(std::vector<int64_t>(a.shape().begin(), a.shape().end() - 2)),
                        Shape(std::vector<int64_t>(b.shape().begin(), b.shape().end() - 2))}});
  if (!batch.ok()) return {Error(a, batch.status()), Error(a), false};
  const auto widened = [&](Value x) {
    std::vector<int64_t> dims = batch->dims();
    dims.insert(dims.end(), x.shape().end() - 2, x.shape().end());
    return BroadcastTo(x, Shape(std::move(dims)));
  };
  return {widened(a), widened(b), is_vector};
}

Value Unwrapped(const System& system, Value y) { return system.is_vector ? Squeeze(y, {-1}) : y; }

// With p = x^+: d<g, p> = <-p^T g p^T + (1 - x p) g^T p p^T + p^T p g^T (1 - p x), dx>.
Grads PinvGradient(Operands x, Value p, Value g, const PinvAttrs&) {
  const Value pt = T(p), gt = T(g), xp = Matmul(x[0], p), px = Matmul(p, x[0]);
  const Value rows = Matmul(gt, Matmul(p, pt)), columns = Matmul(Matmul(pt, p), gt);
  return {rows - Matmul(xp, rows) + columns - Matmul(columns, px) - Matmul(Matmul(pt, g), pt)};
}

}  // namespace

const OpDef kPinv = Op<PinvAttrs>{
    .name = "pinv",
    .doc = "the Moore-Penrose inverse; singular values up to `cutoff` of the greatest count as 0",
    .infer = [](std::span<const Type> x, const PinvAttrs&) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(linalg::ExpectMatrix(x[0]));
      const int rank = x[0].rank();
      return Type{x[0].dtype,
                  linalg::BatchShape(x[0].shape, {x[0].shape[rank - 1], x[0].shape[rank - 2]})};
    },
    .decompose =
        [](Operands x, const PinvAttrs& a) {
          const SvdResult f = Svd(x[0], false);
          const Value counts = Greater(f.s, a.cutoff * Max(f.s, {-1}, true));
          const Value inverse = Where(counts, 1 / Where(counts, f.s, 1), 0);
          return Matmul(linalg::ScaleColumns(T(f.vh), inverse), T(f.u));
        },
    .gradient = PinvGradient,
};

Value SolveTriangular(Value a, Value b, bool lower) {
  const System system = MakeSystem(a, b);
  if (!a.builder().ok()) return Error(a);
  return Unwrapped(system, TriangularSolve(system.a, system.b, {.lower = lower}));
}

Value Solve(Value a, Value b) {
  const System system = MakeSystem(a, b);
  if (!a.builder().ok()) return Error(a);
  return Unwrapped(system, a.builder().Add(kSolve, {{system.a, system.b}}));
}

Value Pinv(Value x, std::optional<double> cutoff) {
  x = linalg::ToFloat(x);
  if (x.rank() < 2) {
    return Error(x, InvalidArgument("pinv: expected a matrix, received {}", x.type().ToString()));
  }
  return x.builder().Add(kPinv, {{x}},
                         PinvAttrs{cutoff.value_or(10 * Longest(x) * Epsilon(x.dtype()))});
}

Value Lstsq(Value a, Value b, std::optional<double> cutoff) {
  const System system = MakeSystem(a, b);
  if (!a.builder().ok()) return Error(a);
  const double least = cutoff.value_or(Longest(system.a) * Epsilon(system.a.dtype()));
  return Unwrapped(system, Matmul(Pinv(system.a, least), system.b));
}

Value MatrixRank(Value x, std::optional<double> tolerance) {
  x = linalg::ToFloat(x);
  if (x.rank() < 2) {
    return Error(
        x, InvalidArgument("matrix_rank: expected a matrix, received {}", x.type().ToString()));
  }
  const Value s = Svd(x, false).s;
  const Value least = tolerance ? Scalar(x.builder(), *tolerance, x.dtype())
                                : Max(s, {-1}, true) * (Longest(x) * Epsilon(x.dtype()));
  return Sum(Cast(Greater(s, least), DType::kI32), {-1});
}

}  // namespace tricorn::ops
