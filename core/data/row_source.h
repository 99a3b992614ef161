#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <utility>

#include "absl/status/status.h"
#include "core/base/status.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// An array that is read by rows of its first axis. Safe for several threads.
class RowSource {
 public:
  virtual ~RowSource() = default;
  virtual int64_t num_rows() const = 0;
  virtual DType dtype() const = 0;
  virtual const Shape& row_shape() const = 0;
  // Puts the rows of these numbers, each in [0, num_rows), one behind the other into `out`.
  virtual absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const = 0;
};

// The rows of a tensor in memory.
class TensorRows : public RowSource {
 public:
  // CHECK-fails for a scalar.
  explicit TensorRows(Tensor tensor)
      : tensor_(std::move(tensor)),
        row_shape_(RowShape(tensor_.shape())),
        row_nbytes_(static_cast<size_t>(row_shape_.num_elements() * SizeOf(tensor_.dtype()))) {}

  int64_t num_rows() const override { return tensor_.shape()[0]; }
  DType dtype() const override { return tensor_.dtype(); }
  const Shape& row_shape() const override { return row_shape_; }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    for (const int64_t row : rows) {
      std::memcpy(out, tensor_.bytes() + static_cast<size_t>(row) * row_nbytes_, row_nbytes_);
      out += row_nbytes_;
    }
    return absl::OkStatus();
  }

 private:
  static Shape RowShape(const Shape& shape) {
    CHECK(shape.rank() > 0);
    return Shape(std::vector<int64_t>(shape.begin() + 1, shape.end()));
  }

  const Tensor tensor_;
  const Shape row_shape_;
  const size_t row_nbytes_;
};

}  // namespace tricorn
