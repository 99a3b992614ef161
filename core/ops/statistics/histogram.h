#pragma once

#include "core/ops/op.h"

// Numbers sorted into bins.

namespace tricorn::ops {

// The int32 index at which each of `values` would be put into the vector `sorted`: before equal
// elements, or after them if `right`. NaN goes to the end.
Value Searchsorted(Value sorted, Value values, bool right = false);
// i where bins[i-1] <= x < bins[i], of bins that increase; as numpy.digitize for those that fall.
Value Digitize(Value x, Value bins);
struct HistogramResult {
  Value counts;  // (bins,) f32
  Value edges;   // (bins + 1,)
};
// Of all elements; the last bin holds its upper edge.
HistogramResult Histogram(Value x, Value edges);
// `bins` equal ones between the least and the greatest element, or as told.
HistogramResult Histogram(Value x, int64_t bins);
HistogramResult Histogram(Value x, int64_t bins, double low, double high);
// y[..., n] = how often n is in x[..., :] (a vector or rows of them), or the sum of its weights;
// those outside [0, length) are left out. `weights` may be none.
Value Bincount(Value x, Value weights, int64_t length);

}  // namespace tricorn::ops
