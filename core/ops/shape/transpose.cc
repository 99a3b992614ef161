#include <algorithm>
#include <numeric>

#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> Infer(std::span<const Type> x, const TransposeAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  Axes sorted = a.perm;
  std::sort(sorted.begin(), sorted.end());
  Axes all(static_cast<size_t>(x[0].rank()));
  std::iota(all.begin(), all.end(), 0);
  if (sorted != all) {
    return InvalidArgument("expected a permutation of the axes of {}, received {}", x[0].ToString(),
                           Shape(a.perm).ToString());
  }
  std::vector<int64_t> dims;
  for (const int64_t axis : a.perm) dims.push_back(x[0].shape[static_cast<int>(axis)]);
  return Type{x[0].dtype, Shape(std::move(dims))};
}

Axes Inverse(const Axes& perm) {
  Axes inverse(perm.size());
  for (size_t i = 0; i < perm.size(); ++i)
    inverse[static_cast<size_t>(perm[i])] = static_cast<int64_t>(i);
  return inverse;
}

}  // namespace

const OpDef kTranspose = Op<TransposeAttrs>{
    .name = "transpose",
    .doc = "axis k of y is axis perm[k] of x",
    .infer = Infer,
    .gradient = [](Operands, Value, Value dy,
                   const TransposeAttrs& a) { return Grads{Transpose(dy, Inverse(a.perm))}; },
};

Value Transpose(Value x, Axes perm) {
  if (perm.empty()) {
    perm.resize(static_cast<size_t>(x.rank()));
    std::iota(perm.rbegin(), perm.rend(), 0);
  }
  for (int64_t& axis : perm) {
    axis = NormalizeAxis(x, axis);
    if (axis < 0) return Error(x);
  }
  if (std::is_sorted(perm.begin(), perm.end()) && perm.size() == static_cast<size_t>(x.rank())) {
    return x;
  }
  return x.builder().Add(kTranspose, {{x}}, TransposeAttrs{std::move(perm)});
}

Value SwapAxes(Value x, int64_t a, int64_t b) {
  a = NormalizeAxis(x, a);
  b = NormalizeAxis(x, b);
  if (a < 0 || b < 0) return Error(x);
  Axes perm(static_cast<size_t>(x.rank()));
  std::iota(perm.begin(), perm.end(), 0);
  std::swap(perm[static_cast<size_t>(a)], perm[static_cast<size_t>(b)]);
  return Transpose(x, std::move(perm));
}

Value MoveAxis(Value x, int64_t from, int64_t to) {
  from = NormalizeAxis(x, from);
  to = NormalizeAxis(x, to);
  if (from < 0 || to < 0) return Error(x);
  Axes perm(static_cast<size_t>(x.rank()));
  std::iota(perm.begin(), perm.end(), 0);
  perm.erase(perm.begin() + from);
  perm.insert(perm.begin() + to, from);
  return Transpose(x, std::move(perm));
}

}  // namespace tricorn::ops
