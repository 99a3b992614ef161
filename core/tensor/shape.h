#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"

namespace tricorn {

// The lengths of a tensor's axes, outermost first. Row-major everywhere.
class Shape {
 public:
  Shape() = default;
  Shape(std::initializer_list<int64_t> dims) : dims_(dims) {}
  explicit Shape(std::vector<int64_t> dims) : dims_(std::move(dims)) {}

  int rank() const { return static_cast<int>(dims_.size()); }
  // CHECK-fails outside [0, rank).
  int64_t operator[](int axis) const { return dims_[Checked(axis)]; }
  int64_t& operator[](int axis) { return dims_[Checked(axis)]; }
  const std::vector<int64_t>& dims() const { return dims_; }
  std::vector<int64_t>::const_iterator begin() const { return dims_.begin(); }
  std::vector<int64_t>::const_iterator end() const { return dims_.end(); }

  int64_t num_elements() const;          // 1 for a scalar
  std::vector<int64_t> Strides() const;  // in elements
  std::string ToString() const;          // "(2, 3)", as Python prints it

  friend bool operator==(const Shape&, const Shape&) = default;

 private:
  size_t Checked(int axis) const {
    CHECK(axis >= 0 && axis < rank());
    return static_cast<size_t>(axis);
  }

  std::vector<int64_t> dims_;
};

Json ToJson(const Shape& shape);
absl::Status FromJson(const Json& json, Shape* out);

}  // namespace tricorn
