#include <algorithm>
#include <numeric>

#include "core/ops/dot/dot.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// The axes of a value of `rank` axes that are in neither list, in order.
Axes OtherAxes(int rank, const Axes& a, const Axes& b) {
  Axes others;
  for (int64_t axis = 0; axis < rank; ++axis) {
    if (std::count(a.begin(), a.end(), axis) + std::count(b.begin(), b.end(), axis) == 0) {
      others.push_back(axis);
    }
  }
  return others;
}

absl::Status ExpectDistinctAxes(const Type& x, Axes axes, const Axes& more) {
  axes.insert(axes.end(), more.begin(), more.end());
  std::sort(axes.begin(), axes.end());
  return ExpectIncreasingAxes(x, axes);
}

absl::Status ExpectPairs(const Type& a, const Type& b, const Axes& a_axes, const Axes& b_axes) {
  if (a_axes.size() != b_axes.size()) {
    return InvalidArgument("expected as many axes of each operand, received {} and {}",
                           a_axes.size(), b_axes.size());
  }
  for (size_t i = 0; i < a_axes.size(); ++i) {
    const int64_t expected = a.shape[static_cast<int>(a_axes[i])];
    if (b.shape[static_cast<int>(b_axes[i])] != expected) {
      return InvalidArgument(
          "expected length {} on axis {} of the second operand to match {}, "
          "received {}",
          expected, b_axes[i], a.ToString(), b.ToString());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Type> Infer(std::span<const Type> x, const DotGeneralAttrs& d) {
  RETURN_IF_ERROR(ExpectCount(x, 2));
  RETURN_IF_ERROR(ExpectSameDType(x[0], x[1]));
  if (!IsFloating(x[0].dtype) && !IsInteger(x[0].dtype)) {
    return InvalidArgument("expected numbers, received {}", x[0].ToString());
  }
  RETURN_IF_ERROR(ExpectDistinctAxes(x[0], d.a_batch, d.a_contract));
  RETURN_IF_ERROR(ExpectDistinctAxes(x[1], d.b_batch, d.b_contract));
  RETURN_IF_ERROR(ExpectPairs(x[0], x[1], d.a_batch, d.b_batch));
  RETURN_IF_ERROR(ExpectPairs(x[0], x[1], d.a_contract, d.b_contract));
  std::vector<int64_t> dims;
  const auto append = [&](const Type& type, const Axes& axes) {
    for (const int64_t axis : axes) dims.push_back(type.shape[static_cast<int>(axis)]);
  };
  append(x[0], d.a_batch);
  append(x[0], OtherAxes(x[0].rank(), d.a_batch, d.a_contract));
  append(x[1], OtherAxes(x[1].rank(), d.b_batch, d.b_contract));
  // Products of two bytes fit no byte.
  const DType dtype = x[0].dtype == DType::kI8 ? DType::kI32 : x[0].dtype;
  return Type{dtype, Shape(std::move(dims))};
}

Axes Range(size_t start, size_t count) {
  Axes axes(count);
  std::iota(axes.begin(), axes.end(), static_cast<int64_t>(start));
  return axes;
}

// The permutation that puts axes listed by origin into their places: result axis order[i] = i.
Axes Places(const Axes& order) {
  Axes perm(order.size());
  for (size_t i = 0; i < order.size(); ++i)
    perm[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
  return perm;
}

// The gradient of one operand, `x`, from the other: dy and `other` contracted over other's own
// axes. `dy_other` are dy's axes that come from other.
Value OperandGradient(Value x, Value other, Value dy, const Axes& x_batch, const Axes& x_contract,
                      const Axes& other_batch, const Axes& other_contract, const Axes& dy_other) {
  const Axes other_free = OtherAxes(other.rank(), other_batch, other_contract);
  // Result axes: batch, x's other axes, then other's contracted axes in ascending order.
  const Value dx = DotGeneral(dy, other,
                              {.a_batch = Range(0, x_batch.size()),
                               .b_batch = other_batch,
                               .a_contract = dy_other,
                               .b_contract = other_free});
  Axes by_position(other_contract.size());
  std::iota(by_position.begin(), by_position.end(), 0);
  std::sort(by_position.begin(), by_position.end(), [&](int64_t i, int64_t j) {
    return other_contract[static_cast<size_t>(i)] < other_contract[static_cast<size_t>(j)];
  });
  Axes order = x_batch;
  const Axes x_free = OtherAxes(x.rank(), x_batch, x_contract);
  order.insert(order.end(), x_free.begin(), x_free.end());
  for (const int64_t i : by_position) order.push_back(x_contract[static_cast<size_t>(i)]);
  return Transpose(dx, Places(order));
}

Grads Gradient(Operands x, Value, Value dy, const DotGeneralAttrs& d) {
  const size_t batch = d.a_batch.size();
  const size_t a_free = static_cast<size_t>(x[0].rank()) - batch - d.a_contract.size();
  const size_t b_free = static_cast<size_t>(x[1].rank()) - batch - d.b_contract.size();
  return {OperandGradient(x[0], x[1], dy, d.a_batch, d.a_contract, d.b_batch, d.b_contract,
                          Range(batch + a_free, b_free)),
          OperandGradient(x[1], x[0], dy, d.b_batch, d.b_contract, d.a_batch, d.a_contract,
                          Range(batch, a_free))};
}

}  // namespace

const OpDef kDotGeneral = Op<DotGeneralAttrs>{
    .name = "dot_general",
    .doc = "y[batch, a's other axes, b's other axes] = sum over the contracted axes of a * b",
    .infer = Infer,
    .gradient = Gradient,
};

Value DotGeneral(Value a, Value b, DotGeneralAttrs attrs) {
  return a.builder().Add(kDotGeneral, {{a, b}}, std::move(attrs));
}

void RegisterDot(OpRegistry& ops) { ops.Add(kDotGeneral); }

}  // namespace tricorn::ops
