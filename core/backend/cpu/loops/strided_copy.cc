#include "core/backend/cpu/loops/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "core/backend/cpu/processor/parallel.h"
#include "core/base/status.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kBytesPerThread = int64_t{64} << 10;
constexpr int64_t kTile = 16;

template <typename T>
void CopyRow(const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t length) {
  if (to_stride == 1 && from_stride == 1) {
    std::memcpy(to, from, static_cast<size_t>(length) * sizeof(T));
  } else if (to_stride == 1 && from_stride == 0) {
    std::fill_n(to, length, *from);
  } else {
    for (int64_t i = 0; i < length; ++i) to[i * to_stride] = from[i * from_stride];
  }
}

// to[r * to_stride + c] = from[r + c * from_stride], rows r and columns c.
template <typename T>
void CopyTransposed(const T* from, int64_t from_stride, T* to, int64_t to_stride, int64_t rows,
                    int64_t columns) {
  for (int64_t r0 = 0; r0 < rows; r0 += kTile) {
    const int64_t r1 = std::min(r0 + kTile, rows);
    for (int64_t c0 = 0; c0 < columns; c0 += kTile) {
      const int64_t c1 = std::min(c0 + kTile, columns);
      for (int64_t r = r0; r < r1; ++r) {
        for (int64_t c = c0; c < c1; ++c) to[r * to_stride + c] = from[r + c * from_stride];
      }
    }
  }
}

}  // namespace

StridedCopy::StridedCopy(const Shape& shape, const std::vector<int64_t>& from_strides,
                         const std::vector<int64_t>& to_strides, int64_t element_nbytes)
    : element_nbytes_(element_nbytes), num_elements_(shape.num_elements()) {
  CHECK(from_strides.size() == static_cast<size_t>(shape.rank()));
  CHECK(to_strides.size() == static_cast<size_t>(shape.rank()));
  std::vector<Axis> axes;
  for (size_t k = 0; k < from_strides.size(); ++k) {
    const Axis axis{shape[static_cast<int>(k)], from_strides[k], to_strides[k]};
    if (axis.length == 1) continue;
    if (!axes.empty() && axes.back().from == axis.from * axis.length &&
        axes.back().to == axis.to * axis.length) {
      axes.back() = {axes.back().length * axis.length, axis.from, axis.to};
    } else {
      axes.push_back(axis);
    }
  }
  if (axes.empty()) return;
  inner_ = axes.back();
  axes.pop_back();
  if (axes.empty()) return;
  size_t row = axes.size() - 1;
  if (inner_.from != 1 && inner_.from != 0 && inner_.to == 1) {
    for (size_t k = 0; k < axes.size(); ++k) {
      if (axes[k].from == 1) {
        row = k;
        blocked_ = true;
      }
    }
  }
  row_ = axes[row];
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(row));
  outer_ = std::move(axes);
}

template <typename T>
void StridedCopy::RunTyped(const T* from, T* to, int num_threads) const {
  // Rows are what threads share, or the elements of a single row.
  int64_t rows = row_.length;
  for (const Axis& axis : outer_) rows *= axis.length;
  if (rows == 1) {
    const auto grain = kBytesPerThread / static_cast<int64_t>(sizeof(T));
    ParallelFor(num_threads, inner_.length, grain, [&](int64_t begin, int64_t end) {
      CopyRow(from + begin * inner_.from, inner_.from, to + begin * inner_.to, inner_.to,
              end - begin);
    });
    return;
  }
  const int64_t row_nbytes = inner_.length * static_cast<int64_t>(sizeof(T));
  const int64_t grain = std::max<int64_t>(kBytesPerThread / row_nbytes, 1);
  ParallelFor(num_threads, rows, grain, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end;) {
      int64_t plane = at / row_.length;
      const int64_t first = at % row_.length;
      const int64_t count = std::min(row_.length - first, end - at);
      const T* source = from + first * row_.from;
      T* target = to + first * row_.to;
      for (size_t k = outer_.size(); k-- > 0;) {
        const int64_t index = plane % outer_[k].length;
        plane /= outer_[k].length;
        source += index * outer_[k].from;
        target += index * outer_[k].to;
      }
      if (blocked_) {
        CopyTransposed(source, inner_.from, target, row_.to, count, inner_.length);
      } else {
        for (int64_t r = 0; r < count; ++r) {
          CopyRow(source + r * row_.from, inner_.from, target + r * row_.to, inner_.to,
                  inner_.length);
        }
      }
      at += count;
    }
  });
}

void StridedCopy::Run(const std::byte* from, std::byte* to, int num_threads) const {
  if (num_elements_ == 0) return;
  const auto run = [&]<typename T>() {
    RunTyped(reinterpret_cast<const T*>(from), reinterpret_cast<T*>(to), num_threads);
  };
  switch (element_nbytes_) {
    case 1:
      return run.operator()<uint8_t>();
    case 2:
      return run.operator()<uint16_t>();
    case 4:
      return run.operator()<uint32_t>();
    case 8:
      return run.operator()<uint64_t>();
    default:
      CHECK(element_nbytes_ == 1);
  }
}

}  // namespace tricorn::backend::cpu
