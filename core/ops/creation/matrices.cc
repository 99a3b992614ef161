#include <cstdlib>

#include "core/ops/creation/creation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/ops/shape/turning.h"

namespace tricorn::ops {
namespace {

// column - row over the last two axes.
Value DiagonalIndex(Builder& builder, int64_t rows, int64_t columns) {
  if (rows < 0 || columns < 0) {
    builder.SetError(InvalidArgument("expected a size >= 0, received {} x {}", rows, columns));
    return Value(&builder, -1);
  }
  const Type type{DType::kI32, {rows, columns}};
  return Iota(builder, type, 1) - Iota(builder, type, 0);
}

Value Masked(Value x, int64_t k, Value (*keeps)(Arg, Arg)) {
  if (x.rank() == 1) x = BroadcastTo(x, {x.dim(0), x.dim(0)});
  if (x.rank() < 2) {
    return Error(x, InvalidArgument("expected a matrix, received {}", x.type().ToString()));
  }
  return Where(keeps(DiagonalIndex(x.builder(), x.dim(-2), x.dim(-1)), k), x, ZerosLike(x));
}

}  // namespace

Value Eye(Builder& builder, int64_t rows, int64_t columns, int64_t k, DType dtype) {
  return Cast(Equal(DiagonalIndex(builder, rows, columns), k), dtype);
}

Value Tri(Builder& builder, int64_t rows, int64_t columns, int64_t k, DType dtype) {
  return Cast(LessEqual(DiagonalIndex(builder, rows, columns), k), dtype);
}

Value Tril(Value x, int64_t k) { return Masked(x, k, LessEqual); }
Value Triu(Value x, int64_t k) { return Masked(x, k, GreaterEqual); }

Value DiagonalMatrix(Value x, int64_t k) {
  if (x.rank() < 1) {
    return Error(x, InvalidArgument("diag: expected a vector, received {}", x.type().ToString()));
  }
  const int64_t shift = std::abs(k), size = x.dim(-1) + shift;
  // The element of row i, or of column j below the main diagonal.
  Axes low(static_cast<size_t>(x.rank()), 0), high = low;
  high.back() = shift;
  const Value padded = Pad(x, low, high);
  std::vector<int64_t> dims(x.shape().begin(), x.shape().end() - 1);
  dims.insert(dims.end(), {size, size});
  const Value spread =
      BroadcastTo(ExpandDims(padded, {k >= 0 ? int64_t{-1} : int64_t{-2}}), Shape(std::move(dims)));
  return Where(Equal(DiagonalIndex(x.builder(), size, size), k), spread, ZerosLike(spread));
}

Value Diag(Value x, int64_t k) {
  if (x.rank() == 2) return Diagonal(x, k, 0, 1);
  if (x.rank() == 1) return DiagonalMatrix(x, k);
  return Error(
      x, InvalidArgument("diag: expected a vector or a matrix, received {}", x.type().ToString()));
}

Value Vander(Value x, int64_t columns, bool increasing) {
  if (x.rank() != 1) {
    return Error(x, InvalidArgument("vander: expected a vector, received {}", x.type().ToString()));
  }
  const Value powers = Iota(x.builder(), {DType::kI32, {1, columns}}, 1);
  const Value exponents = increasing ? powers : (columns - 1) - powers;
  const Value base = x.dtype() == DType::kBool ? Cast(x, DType::kI32) : x;
  return Power(ExpandDims(base, {1}), Cast(exponents, base.dtype()));
}

}  // namespace tricorn::ops
