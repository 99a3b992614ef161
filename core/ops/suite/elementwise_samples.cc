#include <limits>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/elementwise/nonfinite.h"
#include "core/ops/elementwise/number.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {
namespace {

Sample Of(const OpDef& op, std::vector<Tensor> operands, std::string_view what = "") {
  return {.name = fmt::format("{}{}{}", op.name, what.empty() ? "" : "/", what),
          .op = &op,
          .attrs = {},
          .operands = std::move(operands)};
}

struct Range {
  const OpDef* op;
  double low, high;
};

const Tensor kInts = Integers(DType::kI32, {2, 4}, {-7, -3, -1, 0, 1, 2, 5, 2000000000});
const Tensor kMoreInts = Integers(DType::kI32, {2, 4}, {2, -2, 3, 5, 0, 7, -5, 3});
const Tensor kBools = Integers(DType::kBool, {2, 3}, {1, 0, 1, 1, 0, 0});
const Tensor kMoreBools = Integers(DType::kBool, {2, 3}, {1, 1, 0, 1, 0, 1});

// Neither whole nor halves.
Tensor Quarters() {
  return Tensor::From<double>({2, 4}, {-2.75, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 2.75});
}

Tensor NotNumbers() {
  return Tensor::From<double>(
      {2, 2}, {1.5, std::numeric_limits<double>::quiet_NaN(),
               std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()});
}

void AddUnary(SampleList& samples) {
  for (const Range& r :
       {Range{&kNegative, -2, 2}, {&kSquare, -2, 2},     {&kExp, -3, 2},        {&kExpm1, -3, 2},
        {&kLog, 0.1, 3},          {&kLog1p, -0.9, 2},    {&kSqrt, 0.1, 3},      {&kRsqrt, 0.2, 3},
        {&kErf, -2, 2},           {&kSigmoid, -4, 4},    {&kSin, -3, 3},        {&kCos, -3, 3},
        {&kTan, -1, 1},           {&kArcsin, -0.8, 0.8}, {&kArccos, -0.8, 0.8}, {&kArctan, -3, 3},
        {&kSinh, -2, 2},          {&kCosh, -2, 2},       {&kTanh, -3, 3},       {&kArcsinh, -3, 3},
        {&kArccosh, 1.2, 4},      {&kArctanh, -0.8, 0.8}}) {
    samples.push_back(Of(*r.op, {Uniform({3, 5}, r.low, r.high)}));
  }
  for (const OpDef* op : {&kAbsolute, &kSign, &kFloor, &kCeil, &kRound, &kTrunc}) {
    samples.push_back(Of(*op, {Quarters()}));
  }
  for (const OpDef* op : {&kNegative, &kAbsolute, &kSign, &kSquare, &kBitwiseNot}) {
    samples.push_back(Of(*op, {kInts}, "int32"));
  }
  samples.push_back(Of(kBitwiseNot, {kBools}));
  for (const OpDef* op : {&kIsnan, &kIsinf, &kIsfinite}) samples.push_back(Of(*op, {NotNumbers()}));
  for (const DType dtype : {DType::kF32, DType::kF16, DType::kI32, DType::kU8, DType::kBool}) {
    Sample sample = Of(kCast, {Quarters()}, Name(dtype));
    sample.attrs = CastAttrs{dtype};
    // Rounding to half precision hides the small steps of finite differences.
    sample.differentiable = dtype != DType::kF16;
    if (dtype == DType::kU8) sample.operands[0] = Uniform({2, 4}, 0, 200);
    samples.push_back(std::move(sample));
  }
  const auto bitcast = [&](Tensor x, DType dtype) {
    Sample sample = Of(kBitcast, {std::move(x)}, Name(dtype));
    sample.attrs = BitcastAttrs{dtype};
    samples.push_back(std::move(sample));
  };
  bitcast(kInts, DType::kF32);
  bitcast(kInts, DType::kI8);
  bitcast(Integers(DType::kU8, {2, 4}, {0, 1, 2, 3, 200, 5, 6, 60}), DType::kU32);
  samples.push_back(Of(kStopGradient, {Quarters()}));
  samples.back().differentiable = false;
}

void AddBinary(SampleList& samples) {
  const Tensor a = Distinct({3, 4}), b = Uniform({3, 4}, 0.5, 2);
  for (const OpDef* op : {&kAdd, &kSubtract, &kMultiply, &kDivide, &kMaximum, &kMinimum, &kArctan2,
                          &kMod, &kFloorDivide}) {
    samples.push_back(Of(*op, {a, b}));
  }
  samples.push_back(Of(kPower, {b, a}));
  for (const OpDef* op :
       {&kAdd, &kSubtract, &kMultiply, &kPower, &kMaximum, &kMinimum, &kMod, &kFloorDivide,
        &kBitwiseAnd, &kBitwiseOr, &kBitwiseXor, &kLeftShift, &kRightShift, &kGcd}) {
    samples.push_back(Of(*op, {kInts, kMoreInts}, "int32"));
  }
  for (const OpDef* op : {&kBitwiseAnd, &kBitwiseOr, &kBitwiseXor}) {
    samples.push_back(Of(*op, {kBools, kMoreBools}));
  }
  for (const OpDef* op : {&kEqual, &kNotEqual, &kLess, &kLessEqual, &kGreater, &kGreaterEqual}) {
    samples.push_back(Of(*op, {Quarters(), Tensor::From<double>({2, 4}, {-2.75, 0, -0.75, 3, 0.5,
                                                                         0.75, 1.25, -2.75})}));
    samples.push_back(Of(*op, {kInts, kMoreInts}, "int32"));
    samples.push_back(Of(*op, {kBools, kMoreBools}, "bool"));
  }
  samples.push_back(Of(kSelect, {kBools, Uniform({2, 3}, -1, 1), Uniform({2, 3}, 1, 2)}));
}

}  // namespace

void AddElementwiseSamples(SampleList& samples) {
  AddUnary(samples);
  AddBinary(samples);
}

}  // namespace tricorn::ops
