#include "core/ops/pool/infer.h"

#include <algorithm>

#include "core/ops/conv/conv.h"

namespace tricorn::ops::pool {

template <typename Attrs>
absl::StatusOr<Type> InferPooled(const Type& x, const Attrs& a) {
  RETURN_IF_ERROR(ExpectFloating(x));
  const int spatial = x.rank() - 2;
  const size_t n = static_cast<size_t>(std::max(spatial, 0));
  if (spatial < 1 || a.window.size() != n || a.strides.size() != n || a.padding_low.size() != n ||
      a.padding_high.size() != n) {
    return InvalidArgument(
        "expected (batch, spatial..., channels) and one window, stride and "
        "padding a spatial axis, received {} and {}, {}, {}, {}",
        x.ToString(), a.window.size(), a.strides.size(), a.padding_low.size(),
        a.padding_high.size());
  }
  Type y = x;
  for (size_t i = 0; i < n; ++i) {
    int64_t& length = y.shape[static_cast<int>(i) + 1];
    // A window entirely in the padding would have no maximum and no mean.
    if (a.window[i] < 1 || a.strides[i] < 1 || a.padding_low[i] < 0 || a.padding_high[i] < 0 ||
        a.padding_low[i] >= a.window[i] || a.padding_high[i] >= a.window[i]) {
      return InvalidArgument(
          "expected window and stride >= 1 and paddings below the window on "
          "spatial axis {}, received {}, {}, {}, {}",
          i, a.window[i], a.strides[i], a.padding_low[i], a.padding_high[i]);
    }
    length = WindowedLength(length, a.window[i], a.strides[i], a.padding_low[i], a.padding_high[i]);
    if (length < 1) {
      return InvalidArgument("expected a window that fits on spatial axis {}, received {} over {}",
                             i, a.window[i], x.ToString());
    }
  }
  return y;
}

template absl::StatusOr<Type> InferPooled(const Type&, const MaxPoolAttrs&);
template absl::StatusOr<Type> InferPooled(const Type&, const AvgPoolAttrs&);

}  // namespace tricorn::ops::pool
