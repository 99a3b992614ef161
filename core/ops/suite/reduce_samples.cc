#include "core/ops/reduce/reduce.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddReduceSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, Tensor x, ir::Attrs attrs) {
    samples.push_back({fmt::format("{}/{}", op.name, what), &op, std::move(attrs), {std::move(x)}});
  };
  const Tensor x = Distinct({3, 4, 2});
  const Tensor ints = Integers(DType::kI32, {2, 3}, {5, -7, 3, 3, 9, 9});
  const Tensor bools = Integers(DType::kBool, {2, 3}, {1, 0, 1, 0, 0, 0});
  for (const OpDef* op : {&kSum, &kProd, &kMax, &kMin}) {
    add(*op, "last", x, ReduceAttrs{{2}});
    add(*op, "first", x, ReduceAttrs{{0}});
    add(*op, "outer and inner", x, ReduceAttrs{{0, 2}});
    add(*op, "all", x, ReduceAttrs{{0, 1, 2}});
    add(*op, "int32", ints, ReduceAttrs{{1}});
  }
  // One zero, two zeros: the product of the others is not y / x.
  add(kProd, "zeros", Tensor::From<double>({3, 3}, {2, 0, 3, 0, 0, 4, 1, 2, 3}), ReduceAttrs{{1}});
  samples.back().twice_differentiable = false;
  for (const OpDef* op : {&kAny, &kAll}) add(*op, "last", bools, ReduceAttrs{{1}});
  for (const OpDef* op : {&kArgmax, &kArgmin}) {
    add(*op, "middle", x, ArgReduceAttrs{1});
    add(*op, "ties", ints, ArgReduceAttrs{1});
  }
  add(kCumsum, "forward", x, CumulativeAttrs{1, false});
  add(kCumsum, "reverse", x, CumulativeAttrs{0, true});
}

}  // namespace tricorn::ops
