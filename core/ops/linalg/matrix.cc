#include "core/ops/linalg/matrix.h"

#include "core/ops/creation/creation.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops::linalg {

absl::Status ExpectMatrix(const Type& x) {
  RETURN_IF_ERROR(ExpectFloating(x));
  if (x.rank() >= 2) return absl::OkStatus();
  return InvalidArgument("expected a matrix, received {}", x.ToString());
}

absl::Status ExpectSquare(const Type& x) {
  RETURN_IF_ERROR(ExpectMatrix(x));
  if (x.shape[x.rank() - 1] == x.shape[x.rank() - 2]) return absl::OkStatus();
  return InvalidArgument("expected a square matrix, received {}", x.ToString());
}

Shape BatchShape(const Shape& x, std::initializer_list<int64_t> dims) {
  std::vector<int64_t> all(x.begin(), x.end() - 2);
  all.insert(all.end(), dims);
  return Shape(std::move(all));
}

Value ToFloat(Value x) { return IsFloating(x.dtype()) ? x : Cast(x, DType::kF32); }

Value T(Value x) { return SwapAxes(x, -1, -2); }

Value LowerGradient(Value symmetric) {
  const Value both = Tril(symmetric + T(symmetric));
  const Value eye = Eye(both.builder(), both.dim(-1), both.dim(-1), 0, both.dtype());
  return both * (1 - 0.5 * eye);
}

Value ScaleRows(Value x, Value matrix) { return ExpandDims(x, {-1}) * matrix; }
Value ScaleColumns(Value matrix, Value x) { return matrix * ExpandDims(x, {-2}); }

Value InverseDifferences(Value x) {
  const Value eye = Eye(x.builder(), x.dim(-1), x.dim(-1), 0, x.dtype());
  return (1 - eye) / (ExpandDims(x, {-2}) - ExpandDims(x, {-1}) + eye);
}

}  // namespace tricorn::ops::linalg
