#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tensor/shape.h"

namespace tricorn::backend::cuda {

// The places of an element in several arrays, from its row-major index in `shape`, as generated
// code: a division for every axis that is left after those that lie together in all arrays are
// walked as one.
class IndexCode {
 public:
  // One list of strides (in elements) an array, each with an entry an axis of `shape`.
  IndexCode(const Shape& shape, const std::vector<std::vector<int64_t>>& strides);

  // Whether array `a` is walked one element after another.
  bool is_dense(size_t a) const;
  // Whether array `a` is read at one place only.
  bool is_constant(size_t a) const;
  // The innermost axis of those left, as array `a` is walked along it.
  struct Innermost {
    int64_t length = 1, stride = 0;
  };
  Innermost innermost(size_t a) const;
  // Statements that define `offsets[a]` (names of new variables of type Index) for the arrays,
  // given the expression `index`.
  std::string Code(std::string_view index, const std::vector<std::string>& offsets) const;

 private:
  std::vector<int64_t> lengths_;
  std::vector<std::vector<int64_t>> strides_;  // by array, then axis
};

// An array as (outer, length, inner) about an axis.
struct Rows {
  int64_t outer = 1, length = 1, inner = 1;
};
Rows RowsAlong(const Shape& shape, int64_t axis);

// "i32" when `count` elements can be numbered in it, else "i64".
std::string_view IndexType(int64_t count);

}  // namespace tricorn::backend::cuda
