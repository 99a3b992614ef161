#pragma once

#include <concepts>

#include "core/base/status.h"
#include "core/ir/builder.h"

namespace tricorn::ops {

// The dtype in which values of `a` and `b` meet.
// Source: Keras 3 `result_type`, which is JAX's lattice with integers going to float32.
DType Promote(DType a, DType b);

// An argument of an elementwise function: a value, or a number. Numbers are weak, as Python's are
// in Keras: they take the dtype of the value they meet (a fraction meeting an integer gives
// float32).
class Arg {
 public:
  // CHECK-fails on none, which would pass for a number.
  Arg(const ir::Value& value) : value_(value) { CHECK(value_); }  // NOLINT
  template <std::integral T>
  Arg(T number) : number_(static_cast<double>(number)), is_integer_(true) {}  // NOLINT
  template <std::floating_point T>
  Arg(T number) : number_(static_cast<double>(number)) {}  // NOLINT

  bool is_number() const { return !value_; }
  const ir::Value& value() const { return value_; }
  double number() const { return number_; }
  bool is_integer() const { return is_integer_; }  // of a number

 private:
  ir::Value value_;
  double number_ = 0;
  bool is_integer_ = false;
};

// Casts and broadcasts (as NumPy does) to one type. At least one of the arguments is a value.
// Errors: InvalidArgument if the shapes do not broadcast.
std::vector<ir::Value> Unify(std::span<const Arg> args);
// Broadcasts to one shape; dtypes stay.
std::vector<ir::Value> UnifyShapes(std::span<const ir::Value> values);
// The dtype of Unify's results.
DType PromotedDType(std::span<const Arg> args);
// The shape in which `shapes` broadcast, or InvalidArgument.
absl::StatusOr<Shape> BroadcastShapes(std::span<const Shape> shapes);

}  // namespace tricorn::ops
