#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddShapeSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       ir::Attrs attrs) {
    samples.push_back(
        {fmt::format("{}/{}", op.name, what), &op, std::move(attrs), std::move(operands)});
  };
  const Tensor x = Uniform({2, 3, 4}, -1, 1);
  const Tensor zero = Tensor::Scalar<double>(0.5);
  add(kReshape, "flat", {x}, ReshapeAttrs{{24}});
  add(kReshape, "scalar", {Uniform({1, 1}, 0, 1)}, ReshapeAttrs{{}});
  add(kBroadcast, "scalar", {zero}, BroadcastAttrs{{2, 3}, {}});
  add(kBroadcast, "leading", {Uniform({3}, 0, 1)}, BroadcastAttrs{{2, 3}, {1}});
  add(kBroadcast, "trailing", {Uniform({3}, 0, 1)}, BroadcastAttrs{{3, 2}, {0}});
  add(kBroadcast, "stretched", {Uniform({2, 1, 4}, 0, 1)}, BroadcastAttrs{{2, 3, 4}, {0, 1, 2}});
  add(kTranspose, "rotated", {x}, TransposeAttrs{{2, 0, 1}});
  add(kTranspose, "int8", {Integers(DType::kI8, {2, 2}, {1, 2, 3, 4})}, TransposeAttrs{{1, 0}});
  add(kSlice, "strided", {x}, SliceAttrs{{0, 1, 0}, {2, 3, 4}, {1, 1, 3}});
  add(kSlice, "empty", {x}, SliceAttrs{{0, 1, 0}, {2, 1, 4}, {1, 1, 1}});
  add(kPad, "interior", {Uniform({2, 3}, -1, 1), zero}, PadAttrs{{1, 0}, {0, 2}, {0, 1}});
  add(kPad, "edges", {x, zero}, PadAttrs{{0, 1, 2}, {0, 2, 1}, {0, 0, 0}});
  add(kConcatenate, "middle", {x, Uniform({2, 1, 4}, -1, 1), Uniform({2, 2, 4}, -1, 1)},
      ConcatenateAttrs{1});
  add(kConcatenate, "bool", {Integers(DType::kBool, {2}, {1, 0}), Integers(DType::kBool, {1}, {1})},
      ConcatenateAttrs{0});
  add(kReverse, "two axes", {x}, ReverseAttrs{{0, 2}});
  add(kIota, "int32", {}, IotaAttrs{DType::kI32, {2, 3}, 1});
  add(kIota, "float32", {}, IotaAttrs{DType::kF32, {3, 2}, 0});
}

}  // namespace tricorn::ops
