#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/tensor/shape.h"

namespace tricorn::backend::cpu {

// Which spatial positions of one sample each window of a pooling covers, padding left out.
// Positions count the spatial axes of x (batch, spatial..., channels) row-major.
class PoolWindows {
 public:
  PoolWindows(const Shape& x, const Shape& y, const std::vector<int64_t>& window,
              const std::vector<int64_t>& strides, const std::vector<int64_t>& padding_low);

  int64_t batch() const { return batch_; }
  int64_t channels() const { return channels_; }
  int64_t ins() const { return ins_; }
  int64_t outs() const { return static_cast<int64_t>(first_.size()) - 1; }
  // In row-major order.
  std::span<const int32_t> taps(int64_t out) const {
    const auto begin = static_cast<size_t>(first_[static_cast<size_t>(out)]);
    const auto end = static_cast<size_t>(first_[static_cast<size_t>(out) + 1]);
    return {positions_.data() + begin, end - begin};
  }
  bool overlap() const { return overlap_; }  // whether two windows may share a position
  // Positions in no window.
  std::span<const int32_t> uncovered() const { return uncovered_; }

 private:
  int64_t batch_;
  int64_t channels_;
  int64_t ins_ = 1;
  bool overlap_ = false;
  std::vector<int32_t> first_{0};
  std::vector<int32_t> positions_;
  std::vector<int32_t> uncovered_;
};

}  // namespace tricorn::backend::cpu
