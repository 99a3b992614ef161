#include "core/keras/losses/reduction.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

double NumElements(Value x) { return static_cast<double>(x.shape().num_elements()); }

}  // namespace

absl::Status CheckReduction(const std::string& reduction) {
  for (std::string_view known :
       {"sum_over_batch_size", "mean", "mean_with_sample_weight", "sum", "none"}) {
    if (reduction == known) return absl::OkStatus();
  }
  return InvalidArgument(
      "expected sum_over_batch_size, mean, mean_with_sample_weight, sum or none, received {}",
      reduction);
}

LossSum ReduceWeighted(Value values, Value sample_weight, Value mask,
                       const std::string& reduction) {
  ir::Builder& builder = values.builder();
  const DType dtype = values.dtype();
  const bool over_entries = reduction == "sum_over_batch_size" || reduction == "mean";
  Value weight = sample_weight ? ops::Cast(sample_weight, dtype) : Value();
  Value valid;  // how many entries the mask leaves
  if (mask) {
    Value float_mask = ops::Cast(mask, dtype);
    if (over_entries) valid = ops::Sum(float_mask);
    if (weight) {
      std::tie(float_mask, weight) = SqueezeOrExpandToSameRank(float_mask, weight);
      weight = weight * float_mask;
    } else {
      weight = float_mask;
    }
  }
  if (weight) {
    std::tie(values, weight) = SqueezeOrExpandToSameRank(values, weight);
    values = values * weight;
  }
  LossSum loss;
  loss.entries = values;
  loss.sum = ops::Sum(values);
  if (reduction == "sum" || reduction == "none") {
    loss.divisor = ops::Scalar(builder, 1, dtype);
    loss.divides = false;
  } else if (reduction == "mean_with_sample_weight" && weight) {
    loss.divisor = ops::Sum(weight);
  } else if (valid) {
    // The mask may be smaller than the losses, each of its entries standing for several.
    loss.divisor = valid * (NumElements(values) / NumElements(mask));
    if (over_entries && values.rank() > 0) {
      loss.entries = loss.entries * (NumElements(values) / loss.divisor);
    }
  } else {
    loss.divisor = ops::Scalar(builder, NumElements(values), dtype);
    const double rows = values.rank() == 0 ? 1.0 : static_cast<double>(values.dim(0));
    loss.entries_per_row = rows == 0 ? 0 : NumElements(values) / rows;
  }
  return loss;
}

std::pair<Value, Value> SqueezeOrExpandToSameRank(Value a, Value b, bool expand_rank_1) {
  if (a.rank() == b.rank() + 1 && a.dim(-1) == 1) {
    if (b.rank() == 1 && expand_rank_1) {
      b = ops::ExpandDims(b, {-1});
    } else {
      a = ops::Squeeze(a, {-1});
    }
  } else if (b.rank() == a.rank() + 1 && b.dim(-1) == 1) {
    if (a.rank() == 1 && expand_rank_1) {
      a = ops::ExpandDims(a, {-1});
    } else {
      b = ops::Squeeze(b, {-1});
    }
  }
  return {a, b};
}

}  // namespace tricorn::keras
