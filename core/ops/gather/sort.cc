#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

absl::StatusOr<Type> InferSort(std::span<const Type> x, const SortAttrs& a) {
  RETURN_IF_ERROR(ExpectCount(x, 1));
  RETURN_IF_ERROR(ExpectAxis(x[0], a.axis));
  return x[0];
}

Value ApplySort(const OpDef& op, Value x, int64_t axis, bool descending) {
  axis = NormalizeAxis(x, axis);
  if (axis < 0) return Error(x);
  return x.builder().Add(op, {{x}}, SortAttrs{axis, descending});
}

}  // namespace

const OpDef kArgsort = Op<SortAttrs>{
    .name = "argsort",
    .doc = "the int32 indices that sort x along `axis`, stable; NaN is the greatest",
    .infer = [](std::span<const Type> x, const SortAttrs& a) -> absl::StatusOr<Type> {
      RETURN_IF_ERROR(InferSort(x, a).status());
      return Type{DType::kI32, x[0].shape};
    },
};

const OpDef kSort = Op<SortAttrs>{
    .name = "sort",
    .doc = "x sorted along `axis`; NaN is the greatest",
    .infer = InferSort,
    .decompose =
        [](Operands x, const SortAttrs& a) {
          return TakeAlongAxis(x[0], Argsort(x[0], a.axis, a.descending), a.axis);
        },
};

const OpDef kTopK = Op<TopKAttrs>{
    .name = "top_k",
    .doc = "the k greatest along the last axis, descending, and their int32 indices",
    .infer_all = [](std::span<const Type> x, const TopKAttrs& a) -> absl::StatusOr<Types> {
      RETURN_IF_ERROR(ExpectCount(x, 1));
      RETURN_IF_ERROR(ExpectAxis(x[0], x[0].rank() - 1));
      Shape shape = x[0].shape;
      int64_t& last = shape[shape.rank() - 1];
      if (a.k < 0 || a.k > last) {
        return InvalidArgument("expected k within [0, {}], received {}", last, a.k);
      }
      last = a.k;
      return Types{{x[0].dtype, shape}, {DType::kI32, shape}};
    },
    .decompose_all =
        [](Operands x, const TopKAttrs& a) {
          const Value indices = SliceAxis(Argsort(x[0], -1, true), -1, 0, a.k);
          return Values{TakeAlongAxis(x[0], indices, -1), indices};
        },
};

Value Argsort(Value x, int64_t axis, bool descending) {
  return ApplySort(kArgsort, x, axis, descending);
}

Value Sort(Value x, int64_t axis, bool descending) { return ApplySort(kSort, x, axis, descending); }

TopKResult TopK(Value x, int64_t k) {
  const Values results = x.builder().AddAll(kTopK, {{x}}, TopKAttrs{k});
  if (results.size() != 2) return {Error(x), Error(x)};
  return {results[0], results[1]};
}

void RegisterGather(OpRegistry& ops) {
  for (const OpDef* op : {&kTake, &kTakeGradient, &kScatterAdd, &kTakeAlongAxis, &kArgsort, &kSort,
                          &kTopK, &kSegmentMax, &kSegmentMin, &kSegmentProd}) {
    ops.Add(*op);
  }
}

}  // namespace tricorn::ops
