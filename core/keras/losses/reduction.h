#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/ir/builder.h"

namespace tricorn::keras {

// A weighted loss before its division, so that shards add up sums and divisors and divide once.
//   loss = sum / divisor   (0 where the divisor is 0)
struct LossSum {
  ir::Value entries;  // each entry, weighted
  ir::Value sum;      // scalar
  // Scalar. `entries_per_row` is not 0 where it is known without the data:
  //   divisor = rows * entries_per_row
  ir::Value divisor;
  double entries_per_row = 0;
  bool divides = true;  // false for the reductions "sum" and "none": divisor is 1
};

// "sum_over_batch_size", "mean", "mean_with_sample_weight", "sum" or "none".
absl::Status CheckReduction(const std::string& reduction);

// Weighs `values` with `sample_weight` and `mask` (either may be none), as Keras's
// `reduce_weighted_values`: a mask divides by its valid entries instead of all.
LossSum ReduceWeighted(ir::Value values, ir::Value sample_weight, ir::Value mask,
                       const std::string& reduction);

// A vector meets a matrix of one column, a (..., 1) tensor one without that axis: the pair in a
// common rank, as Keras's `squeeze_or_expand_to_same_rank`.
std::pair<ir::Value, ir::Value> SqueezeOrExpandToSameRank(ir::Value a, ir::Value b,
                                                          bool expand_rank_1 = true);

}  // namespace tricorn::keras
