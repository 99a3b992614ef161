#include "core/ops/dot/dot.h"

#include <algorithm>

#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {
namespace {

// Offsets of the elements of x over the given axes, in their order.
std::vector<int64_t> OffsetsOver(const Array& x, const ops::Axes& axes) {
  const std::vector<int64_t> all = x.shape().Strides();
  std::vector<int64_t> dims, strides;
  for (const int64_t axis : axes) {
    dims.push_back(x.shape()[static_cast<int>(axis)]);
    strides.push_back(all[static_cast<size_t>(axis)]);
  }
  return Offsets(Shape(std::move(dims)), strides);
}

ops::Axes OtherAxes(const Array& x, const ops::Axes& a, const ops::Axes& b) {
  ops::Axes others;
  for (int64_t axis = 0; axis < x.shape().rank(); ++axis) {
    if (std::count(a.begin(), a.end(), axis) + std::count(b.begin(), b.end(), axis) == 0) {
      others.push_back(axis);
    }
  }
  return others;
}

absl::Status DotGeneral(const Call& c) {
  const auto& d = c.attrs<ops::DotGeneralAttrs>();
  const Array &a = c.x(0), &b = c.x(1);
  const auto a_batch = OffsetsOver(a, d.a_batch), b_batch = OffsetsOver(b, d.b_batch);
  const auto a_contract = OffsetsOver(a, d.a_contract), b_contract = OffsetsOver(b, d.b_contract);
  const auto a_free = OffsetsOver(a, OtherAxes(a, d.a_batch, d.a_contract));
  const auto b_free = OffsetsOver(b, OtherAxes(b, d.b_batch, d.b_contract));
  size_t out = 0;
  for (size_t n = 0; n < a_batch.size(); ++n) {
    for (const int64_t i : a_free) {
      for (const int64_t j : b_free) {
        double sum = 0;
        for (size_t k = 0; k < a_contract.size(); ++k) {
          sum += a.values[static_cast<size_t>(a_batch[n] + i + a_contract[k])] *
                 b.values[static_cast<size_t>(b_batch[n] + j + b_contract[k])];
        }
        c.y().values[out++] = sum;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

void AddDot(PrimitiveTable& table) { table[ops::kDotGeneral.name] = DotGeneral; }

}  // namespace tricorn::backend::reference
