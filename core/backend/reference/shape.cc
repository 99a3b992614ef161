#include "core/ops/shape/shape.h"

#include "core/backend/reference/primitive.h"

namespace tricorn::backend::reference {
namespace {

absl::Status Gather(const Call& c, const std::vector<int64_t>& offsets) {
  for (size_t i = 0; i < offsets.size(); ++i) {
    c.y().values[i] = c.x(0).values[static_cast<size_t>(offsets[i])];
  }
  return absl::OkStatus();
}

void Scatter(const Array& x, const std::vector<int64_t>& offsets, Array& y) {
  for (size_t i = 0; i < offsets.size(); ++i) {
    y.values[static_cast<size_t>(offsets[i])] = x.values[i];
  }
}

absl::Status Reshape(const Call& c) {
  c.y().values = c.x(0).values;
  return absl::OkStatus();
}

absl::Status Broadcast(const Call& c) {
  const Shape& from = c.x(0).shape();
  const std::vector<int64_t> x_strides = from.Strides();
  std::vector<int64_t> strides(c.y().shape().dims().size(), 0);
  const auto& axes = c.attrs<ops::BroadcastAttrs>().axes;
  for (size_t k = 0; k < axes.size(); ++k) {
    if (from.dims()[k] != 1) strides[static_cast<size_t>(axes[k])] = x_strides[k];
  }
  return Gather(c, Offsets(c.y().shape(), strides));
}

absl::Status Transpose(const Call& c) {
  const std::vector<int64_t> x_strides = c.x(0).shape().Strides();
  std::vector<int64_t> strides;
  for (const int64_t axis : c.attrs<ops::TransposeAttrs>().perm) {
    strides.push_back(x_strides[static_cast<size_t>(axis)]);
  }
  return Gather(c, Offsets(c.y().shape(), strides));
}

absl::Status Slice(const Call& c) {
  const auto& a = c.attrs<ops::SliceAttrs>();
  std::vector<int64_t> strides = c.x(0).shape().Strides();
  int64_t start = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    start += a.start[i] * strides[i];
    strides[i] *= a.stride[i];
  }
  return Gather(c, Offsets(c.y().shape(), strides, start));
}

absl::Status Pad(const Call& c) {
  const auto& a = c.attrs<ops::PadAttrs>();
  std::vector<int64_t> strides = c.y().shape().Strides();
  int64_t start = 0;
  for (size_t i = 0; i < strides.size(); ++i) {
    start += a.low[i] * strides[i];
    strides[i] *= a.interior[i] + 1;
  }
  c.y().values.assign(c.y().values.size(), c.x(1).values[0]);
  Scatter(c.x(0), Offsets(c.x(0).shape(), strides, start), c.y());
  return absl::OkStatus();
}

absl::Status Concatenate(const Call& c) {
  const int axis = static_cast<int>(c.attrs<ops::ConcatenateAttrs>().axis);
  const std::vector<int64_t> strides = c.y().shape().Strides();
  int64_t start = 0;
  for (const Array* x : c.operands) {
    Scatter(*x, Offsets(x->shape(), strides, start), c.y());
    start += x->shape()[axis] * strides[static_cast<size_t>(axis)];
  }
  return absl::OkStatus();
}

absl::Status Reverse(const Call& c) {
  std::vector<int64_t> strides = c.x(0).shape().Strides();
  int64_t start = 0;
  for (const int64_t axis : c.attrs<ops::ReverseAttrs>().axes) {
    int64_t& stride = strides[static_cast<size_t>(axis)];
    start += (c.x(0).shape()[static_cast<int>(axis)] - 1) * stride;
    stride = -stride;
  }
  return Gather(c, Offsets(c.y().shape(), strides, start));
}

absl::Status Iota(const Call& c) {
  std::vector<int64_t> strides(c.y().shape().dims().size(), 0);
  strides[static_cast<size_t>(c.attrs<ops::IotaAttrs>().axis)] = 1;
  const std::vector<int64_t> offsets = Offsets(c.y().shape(), strides);
  c.y().values.assign(offsets.begin(), offsets.end());
  return absl::OkStatus();
}

}  // namespace

void AddShape(PrimitiveTable& table) {
  table[ops::kReshape.name] = Reshape;
  table[ops::kBroadcast.name] = Broadcast;
  table[ops::kTranspose.name] = Transpose;
  table[ops::kSlice.name] = Slice;
  table[ops::kPad.name] = Pad;
  table[ops::kConcatenate.name] = Concatenate;
  table[ops::kReverse.name] = Reverse;
  table[ops::kIota.name] = Iota;
}

}  // namespace tricorn::backend::reference
