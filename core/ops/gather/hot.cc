#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {

Value MultiHot(Value indices, int64_t num_classes, int64_t axis, DType dtype) {
  const int64_t reduced = indices.rank() > 1 ? 1 : 0;
  const Value rows = OneHot(Cast(indices, DType::kI32), num_classes, axis, DType::kF32);
  return rows.rank() == 0 ? rows : Cast(Max(rows, {reduced}), dtype);
}

Value InTopK(Value targets, Value predictions, int64_t k) {
  const Value target = TakeAlongAxis(predictions, ExpandDims(targets, {-1}), -1);
  // No number counts as the least.
  const Value score = Where(Isnan(target), -std::numeric_limits<double>::infinity(), target);
  const Value before = Sum(Cast(Greater(predictions, score), DType::kI32), {-1});
  return Less(before, k);
}

}  // namespace tricorn::ops
