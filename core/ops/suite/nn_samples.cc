#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddNnSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       ir::Attrs attrs = {}) -> Sample& {
    samples.push_back({fmt::format("{}{}{}", op.name, what.empty() ? "" : "/", what), &op,
                       std::move(attrs), std::move(operands)});
    return samples.back();
  };
  const Tensor x = Distinct({3, 4, 2});
  add(kRelu, "", {x});
  add(kRelu, "int32", {Integers(DType::kI32, {3}, {-1, 0, 2})});
  add(kSoftplus, "", {Uniform({3, 4}, -5, 5)});
  for (const int64_t axis : {0, 1, 2}) {
    add(kSoftmax, fmt::format("axis {}", axis), {x}, SoftmaxAttrs{axis});
    add(kLogSoftmax, fmt::format("axis {}", axis), {x}, SoftmaxAttrs{axis});
  }
  for (const int64_t length : {1, 7, 1024}) {
    const std::string what = fmt::format("rows of {}", length);
    const Tensor row = Uniform({3, length}, -4, 4);
    const bool is_short = length <= 7;  // differences of each element take long
    add(kSoftmax, what, {row}, SoftmaxAttrs{1}).differentiable = is_short;
    add(kLogSoftmax, what, {row}, SoftmaxAttrs{1}).differentiable = is_short;
    add(kSparseSoftmaxCrossEntropy, what,
        {Integers(DType::kI32, {3}, {0, length / 2, length - 1}), row})
        .differentiable = is_short;
  }
  const Tensor logits = Uniform({4, 5}, -3, 3);
  add(kSoftmaxCrossEntropy, "", {Uniform({4, 5}, 0, 1), logits});
  add(kSparseSoftmaxCrossEntropy, "", {Integers(DType::kI32, {4}, {0, 4, 2, 2}), logits});
  add(kSparseSoftmaxCrossEntropy, "outside", {Integers(DType::kI64, {4}, {0, 5, -1, 2}), logits});
  add(kSigmoidCrossEntropy, "", {Uniform({4, 5}, 0, 1), logits});

  const auto channels = [](int64_t n, double low, double high) { return Uniform({n}, low, high); };
  for (const auto& [what, shape, axis] :
       {std::tuple<std::string_view, Shape, int64_t>{"last", {3, 2, 2, 4}, 3},
        {"middle", {3, 4, 2}, 1},
        {"rows", {6, 4}, 1},
        {"wide", {9, 16}, 1}}) {
    const BatchNormAttrs attrs{axis, 1e-3};
    const Tensor input = Uniform(shape, -2, 3);
    const int64_t n = shape[static_cast<int>(axis)];
    const Tensor gamma = channels(n, 0.5, 2), beta = channels(n, -1, 1);
    const Tensor mean = channels(n, -0.5, 0.5), variance = channels(n, 0.6, 1.5);
    add(kBatchNormTraining, what, {input, gamma, beta}, attrs).float32_operands = {1, 2};
    add(kBatchNormInference, what, {input, gamma, beta, mean, variance}, attrs).float32_operands = {
        1, 2, 3, 4};
    add(kBatchNormGradient, what, {input, gamma, mean, variance, Uniform(shape, -1, 1)}, attrs)
        .float32_operands = {1, 2, 3};
    for (const OpDef* op : {&kBatchNormReluGradient, &kBatchNormReluSums}) {
      add(*op, what, {Distinct(shape), gamma, beta, mean, variance, Uniform(shape, -1, 1)}, attrs)
          .float32_operands = {1, 2, 3, 4};
    }
    const Tensor r = Distinct(shape), from_one = Uniform(shape, -1, 1);
    const Tensor from_other = Uniform(shape, -1, 1);
    add(kBatchNormMaskedGradient, what, {input, gamma, mean, variance, r, from_one, from_other},
        attrs)
        .float32_operands = {1, 2, 3};
    add(kBatchNormMaskedSums, what, {input, mean, variance, r, from_one, from_other}, attrs)
        .float32_operands = {1, 2};
    const Tensor second = Uniform(shape, -1, 2);
    add(kBatchNormMaskedPairGradient, what,
        {input, gamma, mean, variance, second, beta, mean, variance, r, from_one, from_other},
        attrs)
        .float32_operands = {1, 2, 3, 5, 6, 7};
    add(kBatchNormMaskedPairSums, what,
        {input, mean, variance, second, beta, variance, r, from_one}, attrs)
        .float32_operands = {1, 2, 4, 5};
    add(kBatchNormMaskedSums, fmt::format("{}, one gradient", what),
        {input, mean, variance, r, from_one}, attrs)
        .float32_operands = {1, 2};
    add(kBatchNormStatistics, what, {input}, attrs);
    add(kBatchNormSums, what, {input, mean, variance, Uniform(shape, -1, 1)}, attrs)
        .float32_operands = {1, 2};
  }

  {  // enough rows for several blocks
    const Shape shape{1100, 16};
    const BatchNormAttrs attrs{1, 1e-3};
    const Tensor input = Uniform(shape, -2, 3), dy = Uniform(shape, -1, 1), r = Distinct(shape);
    const Tensor gamma = channels(16, 0.5, 2), beta = channels(16, -1, 1);
    const Tensor mean = channels(16, -0.5, 0.5), variance = channels(16, 0.6, 1.5);
    add(kBatchNormStatistics, "many rows", {input}, attrs).differentiable = false;
    const auto add_sums = [&](const OpDef& op, std::vector<Tensor> x,
                              std::vector<size_t> of_channels) {
      Sample& sample = add(op, "many rows", std::move(x), attrs);
      sample.float32_operands = std::move(of_channels);
      sample.differentiable = false;
    };
    add_sums(kBatchNormSums, {input, mean, variance, dy}, {1, 2});
    add_sums(kBatchNormReluSums, {r, gamma, beta, mean, variance, dy}, {1, 2, 3, 4});
    add_sums(kBatchNormMaskedSums, {input, mean, variance, r, dy, input}, {1, 2});
    add_sums(kBatchNormMaskedPairSums, {input, mean, variance, dy, beta, variance, r, dy, input},
             {1, 2, 4, 5});
  }

  add(kCtcBeamSearch, "", {Uniform({2, 4, 3}, -3, 0), Integers(DType::kI32, {2}, {4, 2})},
      CtcBeamSearchAttrs{.beam_width = 5, .top_paths = 3, .blank = 1})
      .differentiable = false;

  const Tensor key = Tensor::From<uint32_t>({2}, {3, 4});
  add(kDropout, "", {x, key}, DropoutAttrs{0.4, {3, 4, 2}});
  add(kDropout, "per row", {x, key}, DropoutAttrs{0.4, {3, 1, 2}});
}

}  // namespace tricorn::ops
