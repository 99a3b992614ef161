#include "core/ops/layer_norm/layer_norm.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddLayerNormSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       int64_t axis, std::vector<size_t> float32_operands) {
    samples.push_back({.name = fmt::format("{}/{}", op.name, what),
                       .op = &op,
                       .attrs = LayerNormAttrs{axis, 1e-3},
                       .operands = std::move(operands),
                       .gradient_tolerance = 1e-5,
                       .float32_operands = std::move(float32_operands)});
  };
  for (const auto& [what, axis] :
       {std::pair<std::string_view, int64_t>{"last", 2}, {"last two", 1}, {"all", 0}}) {
    const Shape shape = {2, 3, 4};
    const Shape row(std::vector<int64_t>(shape.begin() + axis, shape.end()));
    const Shape rows(std::vector<int64_t>(shape.begin(), shape.begin() + axis));
    const Tensor x = Uniform(shape, -2, 3), dy = Distinct(shape);
    const Tensor gamma = Uniform(row, 0.5, 2), beta = Distinct(row);
    const Tensor mean = Uniform(rows, -0.5, 0.5), inverse = Uniform(rows, 0.6, 1.5);
    add(kLayerNorm, what, {x, gamma, beta}, axis, {1, 2});
    add(kLayerNormGradient, what, {x, gamma, mean, inverse, dy}, axis, {1, 2, 3});
    add(kRmsNorm, what, {x, gamma}, axis, {1});
    add(kRmsNormGradient, what, {x, gamma, inverse, dy}, axis, {1, 2});
  }
  // Rows that threads share in other ways.
  for (const int64_t length : {1, 7, 1024}) {
    const Tensor x = Uniform({5, length}, -2, 3), gamma = Uniform({length}, 0.5, 2);
    const Tensor mean = Uniform({5}, -0.5, 0.5), inverse = Uniform({5}, 0.6, 1.5);
    const Tensor dy = Distinct({5, length});
    const std::string what = fmt::format("rows of {}", length);
    const size_t first = samples.size();
    add(kLayerNorm, what, {x, gamma, Distinct({length})}, 1, {1, 2});
    add(kLayerNormGradient, what, {x, gamma, mean, inverse, dy}, 1, {1, 2, 3});
    add(kRmsNormGradient, what, {x, gamma, inverse, dy}, 1, {1, 2});
    for (size_t i = first; i < samples.size(); ++i) samples[i].differentiable = length <= 7;
    for (size_t i = first; i < samples.size(); ++i) samples[i].twice_differentiable = false;
  }
}

}  // namespace tricorn::ops
