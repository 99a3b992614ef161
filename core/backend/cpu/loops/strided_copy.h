#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/tensor/shape.h"

namespace tricorn::backend::cpu {

// to[sum i_k to_strides_k] = from[sum i_k from_strides_k] for every index i of a shape: transposes,
// broadcasts (stride 0), slices, reversals (negative strides), pads and packing. Strides count
// elements. Axes that lie together in both arrays are walked as one.
class StridedCopy {
 public:
  StridedCopy(const Shape& shape, const std::vector<int64_t>& from_strides,
              const std::vector<int64_t>& to_strides, int64_t element_nbytes);
  // Into a dense row-major array.
  StridedCopy(const Shape& shape, const std::vector<int64_t>& from_strides, int64_t element_nbytes)
      : StridedCopy(shape, from_strides, shape.Strides(), element_nbytes) {}

  // The first element of each array, which for negative strides is not its lowest address.
  void Run(const std::byte* from, std::byte* to, int num_threads) const;

 private:
  struct Axis {
    int64_t length;
    int64_t from;
    int64_t to;
  };

  template <typename T>
  void RunTyped(const T* from, T* to, int num_threads) const;

  int64_t element_nbytes_;
  int64_t num_elements_;
  std::vector<Axis> outer_;
  // The innermost plane: rows of `inner_`, one after another along `row_`. When `blocked_`,
  // elements are neighbours along inner_ in `to` and along row_ in `from`.
  Axis row_{1, 0, 0};
  Axis inner_{1, 1, 1};
  bool blocked_ = false;
};

}  // namespace tricorn::backend::cpu
