#include "core/backend/cpu/loops/pool_windows.h"

namespace tricorn::backend::cpu {
namespace {

// The next index of a row-major walk over `lengths`; false after the last.
bool Advance(std::vector<int64_t>& index, const std::vector<int64_t>& lengths) {
  for (size_t k = index.size(); k-- > 0;) {
    if (++index[k] < lengths[k]) return true;
    index[k] = 0;
  }
  return false;
}

}  // namespace

PoolWindows::PoolWindows(const Shape& x, const Shape& y, const std::vector<int64_t>& window,
                         const std::vector<int64_t>& strides,
                         const std::vector<int64_t>& padding_low)
    : batch_(x[0]), channels_(x[x.rank() - 1]) {
  const std::vector<int64_t> in(x.begin() + 1, x.end() - 1);
  const std::vector<int64_t> out(y.begin() + 1, y.end() - 1);
  for (size_t k = 0; k < in.size(); ++k) {
    ins_ *= in[k];
    overlap_ |= strides[k] < window[k];
  }
  std::vector<int64_t> at(in.size(), 0);
  do {
    std::vector<int64_t> tap(in.size(), 0);
    do {
      int64_t position = 0;
      bool inside = true;
      for (size_t k = 0; k < in.size(); ++k) {
        const int64_t i = at[k] * strides[k] + tap[k] - padding_low[k];
        inside &= i >= 0 && i < in[k];
        position = position * in[k] + i;
      }
      if (inside) positions_.push_back(static_cast<int32_t>(position));
    } while (Advance(tap, window));
    first_.push_back(static_cast<int32_t>(positions_.size()));
  } while (Advance(at, out));
  std::vector<bool> is_covered(static_cast<size_t>(ins_), false);
  for (const int32_t position : positions_) is_covered[static_cast<size_t>(position)] = true;
  for (int32_t position = 0; position < ins_; ++position) {
    if (!is_covered[static_cast<size_t>(position)]) uncovered_.push_back(position);
  }
}

}  // namespace tricorn::backend::cpu
