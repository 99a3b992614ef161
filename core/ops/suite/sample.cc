#include "core/ops/suite/sample.h"

#include <algorithm>

#include "core/base/random.h"

namespace tricorn::ops {
namespace {

// One stream per array, by its shape: a sample's operands differ, and a new sample changes no
// other.
PhiloxStream Stream(const Shape& shape, uint64_t salt) {
  uint64_t seed = salt;
  for (const int64_t dim : shape) seed = seed * 31 + static_cast<uint64_t>(dim);
  return PhiloxStream(seed);
}

}  // namespace

std::vector<Sample> AllSamples() {
  SampleList samples;
  for (const auto add :
       {AddElementwiseSamples, AddShapeSamples,      AddReduceSamples,    AddDotSamples,
        AddConvSamples,        AddPoolSamples,       AddGatherSamples,    AddImageSamples,
        AddRandomSamples,      AddNnSamples,         AddAttentionSamples, AddLayerNormSamples,
        AddOptimizerSamples,   AddCollectiveSamples, AddControlSamples,   AddRecurrentSamples,
        AddQuantizeSamples,    AddLinalgSamples,     AddFftSamples,       AddSpecialSamples}) {
    add(samples);
  }
  return samples;
}

bool HasFloatingOperand(const Sample& sample) {
  return std::any_of(sample.operands.begin(), sample.operands.end(),
                     [](const Tensor& x) { return IsFloating(x.dtype()); });
}

std::vector<Tensor> OperandsIn(const Sample& sample, DType dtype) {
  std::vector<Tensor> operands;
  for (size_t i = 0; i < sample.operands.size(); ++i) {
    const Tensor& x = sample.operands[i];
    const bool wide = SizeOf(dtype) < 4 && std::count(sample.float32_operands.begin(),
                                                      sample.float32_operands.end(), i) > 0;
    operands.push_back(IsFloating(x.dtype()) ? x.Cast(wide ? DType::kF32 : dtype) : x);
  }
  return operands;
}

ir::Regions RegionsIn(const Sample& sample, DType dtype) {
  return sample.regions ? sample.regions(dtype) : ir::Regions();
}

absl::StatusOr<ir::Graph> SampleGraph(const Sample& sample, DType dtype) {
  ir::Builder builder;
  ir::Values operands;
  for (const Tensor& x : OperandsIn(sample, dtype)) {
    operands.push_back(builder.Input(fmt::format("x{}", operands.size()), {x.dtype(), x.shape()}));
  }
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (const ir::Value& y :
       builder.AddAll(*sample.op, operands, sample.attrs, RegionsIn(sample, dtype))) {
    outputs.emplace_back(fmt::format("y{}", outputs.size()), y);
  }
  return builder.Finish(outputs);
}

Tensor Uniform(Shape shape, double low, double high) {
  Tensor t = Tensor::Uninitialized(DType::kF64, shape);
  PhiloxStream stream = Stream(shape, static_cast<uint64_t>(static_cast<int64_t>(low * 1000)) ^
                                          static_cast<uint64_t>(static_cast<int64_t>(high * 7000)));
  for (int64_t i = 0; i < t.num_elements(); ++i) {
    t.data<double>()[i] = low + (high - low) * stream.UniformDouble();
  }
  return t;
}

Tensor Distinct(Shape shape) {
  const auto n = static_cast<size_t>(shape.num_elements());
  std::vector<double> values;
  for (size_t i = 0; i < n; ++i) {
    values.push_back((2 * static_cast<double>(i) + 1.25) / static_cast<double>(n) - 1);
  }
  PhiloxStream stream = Stream(shape, 5);
  for (size_t i = n; i-- > 1;) std::swap(values[i], values[stream.Below(i + 1)]);
  return Tensor::From<double>(std::move(shape), values);
}

Tensor Integers(DType dtype, Shape shape, std::vector<int64_t> values) {
  return Tensor::From<int64_t>(std::move(shape), values).Cast(dtype);
}

}  // namespace tricorn::ops
