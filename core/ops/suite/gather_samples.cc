#include "core/ops/gather/gather.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddGatherSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       ir::Attrs attrs) {
    samples.push_back(
        {fmt::format("{}/{}", op.name, what), &op, std::move(attrs), std::move(operands)});
  };
  const Tensor x = Distinct({3, 4, 2});
  const Tensor rows = Integers(DType::kI32, {2, 2}, {1, 0, 2, 1});
  add(kTake, "rows", {x, rows}, TakeAttrs{0});
  add(kTake, "middle", {x, Integers(DType::kI64, {3}, {3, 0, 3})}, TakeAttrs{1});
  add(kTake, "int32 outside",
      {Integers(DType::kI32, {3}, {7, 8, 9}), Integers(DType::kI32, {3}, {-1, 1, 3})},
      TakeAttrs{0});
  add(kTake, "float outside", {Uniform({3}, 0, 1), Integers(DType::kI32, {3}, {-1, 1, 3})},
      TakeAttrs{0});
  samples.back().differentiable = false;  // the sum with NaN is no number
  add(kTakeGradient, "rows", {rows, Uniform({2, 2, 4, 2}, -1, 1)}, TakeGradientAttrs{0, 3});
  add(kTakeGradient, "middle", {Integers(DType::kI64, {3}, {3, 0, 3}), Uniform({3, 3, 2}, -1, 1)},
      TakeGradientAttrs{1, 4});
  // One row has most, some have none, and some lie outside.
  std::vector<int64_t> many;
  for (int64_t i = 0; i < 150; ++i) many.push_back(i % 3 == 0 ? i % 13 - 1 : 5);
  const Tensor skewed = Integers(DType::kI32, {150}, many);
  add(kTakeGradient, "many", {skewed, Uniform({150, 8}, -1, 1)}, TakeGradientAttrs{0, 11});
  add(kScatterAdd, "many", {Uniform({11, 3}, -1, 1), skewed, Uniform({150, 3}, -1, 1)},
      TakeAttrs{0});
  add(kScatterAdd, "rows twice", {x, rows, Uniform({2, 2, 4, 2}, -1, 1)}, TakeAttrs{0});
  add(kScatterAdd, "outside",
      {x, Integers(DType::kU8, {3}, {200, 1, 3}), Uniform({3, 3, 2}, -1, 1)}, TakeAttrs{1});
  add(kTakeAlongAxis, "last",
      {x, Integers(DType::kI32, {3, 4, 1}, {0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0, 0})}, TakeAttrs{2});
  add(kTakeAlongAxis, "first", {Distinct({3, 2}), Integers(DType::kI32, {2, 2}, {2, 0, 2, 1})},
      TakeAttrs{0});
  for (const bool descending : {false, true}) {
    const std::string_view what = descending ? "descending" : "ascending";
    add(kArgsort, what, {x}, SortAttrs{1, descending});
    add(kArgsort, descending ? "ties descending" : "ties",
        {Integers(DType::kI32, {6}, {3, 1, 3, 2, 1, 3})}, SortAttrs{0, descending});
    add(kSort, what, {x}, SortAttrs{2, descending});
    add(kArgsort, fmt::format("long {}", what), {Distinct({5000, 2})}, SortAttrs{0, descending});
    samples.back().differentiable = false;  // differences of each element take long
  }
  const Tensor ids = Integers(DType::kI32, {5}, {1, 0, 7, 1, -1});
  for (const OpDef* op : {&kSegmentMax, &kSegmentMin, &kSegmentProd}) {
    add(*op, "vectors", {Distinct({5, 2}), ids}, SegmentAttrs{3});
    samples.back().differentiable = op == &kSegmentProd;  // segment 2 is infinite
    add(*op, "each in one", {Distinct({4, 3}), Integers(DType::kI64, {4}, {1, 0, 1, 1})},
        SegmentAttrs{2});
    add(*op, "integers",
        {Integers(DType::kI32, {3}, {5, -3, 4}), Integers(DType::kU8, {3}, {0, 1, 0})},
        SegmentAttrs{2});
    add(*op, "many", {Distinct({150, 3}), skewed}, SegmentAttrs{11});
    samples.back().differentiable = false;  // rows without elements are infinite
  }
  add(kSegmentProd, "zeros",
      {Tensor::From<double>({5}, {0, 2, 0, 3, 0}), Integers(DType::kI32, {5}, {0, 0, 1, 1, 1})},
      SegmentAttrs{2});
  samples.back().twice_differentiable = false;  // the gradient takes a 0 for a constant
  add(kTopK, "two", {Distinct({3, 5})}, TopKAttrs{2});
}

}  // namespace tricorn::ops
