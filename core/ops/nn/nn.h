#pragma once

#include <optional>

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Neural network functions over the other families: activations, softmax, cross-entropies,
// normalization, dropout. Source of conventions: Keras 3 `keras.ops.nn` and `keras.activations`.

namespace tricorn::ops {

// -- Activations; y as x --------------------------------------------------------------------------

extern const OpDef kRelu;  // max(x, 0), gradient 0 at 0
Value Relu(Value x);
// negative_slope * (x - threshold) below the threshold, at most max_value.
Value Relu(Value x, double negative_slope, std::optional<double> max_value, double threshold);
Value Relu6(Value x);
Value LeakyRelu(Value x, double negative_slope = 0.2);
Value Elu(Value x, double alpha = 1.0);
Value Selu(Value x);
Value Celu(Value x, double alpha = 1.0);
Value Gelu(Value x, bool approximate = false);
Value Silu(Value x);           // x sigmoid(x)
extern const OpDef kSoftplus;  // log(1 + e^x)
Value Softplus(Value x);
Value Softsign(Value x);
Value HardSigmoid(Value x);  // relu6(x + 3) / 6
Value HardSilu(Value x);
Value HardTanh(Value x);
Value HardShrink(Value x, double threshold = 0.5);
Value SoftShrink(Value x, double threshold = 0.5);
Value TanhShrink(Value x);
Value LogSigmoid(Value x);
Value Mish(Value x);  // x tanh(softplus(x))
Value Squareplus(Value x, double b = 4);
Value SparsePlus(Value x);
Value SparseSigmoid(Value x);
Value Threshold(Value x, double threshold, double default_value);
Value Glu(Value x, int64_t axis = -1);

struct SoftmaxAttrs {
  int64_t axis = 0;  // within [0, rank)
  FIELDS(axis)
};
extern const OpDef kSoftmax, kLogSoftmax;
Value Softmax(Value x, int64_t axis = -1);
Value LogSoftmax(Value x, int64_t axis = -1);
Value Sparsemax(Value x, int64_t axis = -1);

// -- Cross-entropies: one loss a row -------------------------------------------------------------

// Keras's epsilon, by which probabilities are kept away from 0 and 1.
inline constexpr double kEpsilon = 1e-7;

// y = -sum_c target_c log softmax(logits)_c over the last axis. Operands: target, logits of one
// type.
extern const OpDef kSoftmaxCrossEntropy;
// The same for integer labels in [0, classes): y = -log softmax(logits)_label; 0 for a label
// outside. Operands: labels (the shape of logits without the last axis), logits.
extern const OpDef kSparseSoftmaxCrossEntropy;
// Elementwise y = max(logits, 0) - logits * target + log(1 + exp(-|logits|)).
// Operands: target, logits of one type.
extern const OpDef kSigmoidCrossEntropy;

// target and output of one shape; the axis of classes is reduced. Probabilities are divided by
// their sum and clipped to [epsilon, 1 - epsilon] first.
Value CategoricalCrossentropy(Value target, Value output, bool from_logits = false,
                              int64_t axis = -1);
// target without the axis of classes, or with length 1 there.
Value SparseCategoricalCrossentropy(Value target, Value output, bool from_logits = false,
                                    int64_t axis = -1);
// Elementwise.
Value BinaryCrossentropy(Value target, Value output, bool from_logits = false);

// -- Normalization --------------------------------------------------------------------------------

// Statistics are over every axis but `axis`, in float32 for half precision.
struct BatchNormAttrs {
  int64_t axis = 0;  // within [0, rank)
  double epsilon = 1e-3;
  FIELDS(axis, epsilon)
};
// y = (x - mean) rsqrt(variance + epsilon) gamma + beta, the variance biased. Operands: x, gamma,
// beta. Results: y, mean, variance; these and gamma, beta are (channels,), float32 if x is half.
extern const OpDef kBatchNormTraining;
// Operands: x, gamma, mean, variance, dy. Results: the gradients in x, gamma and beta, mean and
// variance being x's own.
extern const OpDef kBatchNormGradient;
// What they are made of, so that the rest is elementwise and joins what is around it. Operand: x.
// Results: mean, variance.
extern const OpDef kBatchNormStatistics;
// Operands: x, mean, variance, dy. Results: the gradients in gamma and beta.
extern const OpDef kBatchNormSums;
struct BatchNormResult {
  Value y;
  Value mean;
  Value variance;
};
// gamma (1) and beta (0) may be none.
BatchNormResult BatchNormTraining(Value x, Value gamma, Value beta, int64_t axis, double epsilon);
// The same from given statistics. Operands: x, gamma, beta, mean, variance. Result: y.
extern const OpDef kBatchNormInference;
Value BatchNormInference(Value x, Value gamma, Value beta, Value mean, Value variance, int64_t axis,
                         double epsilon);

struct MomentsResult {
  Value mean;
  Value variance;  // biased
};
// Over `axes`; half precision in between in float32, clipped to what float16 holds.
MomentsResult Moments(Value x, const Axes& axes, bool keepdims = false);
// x / max(norm, epsilon), the norm of `order` (1 or more) over `axes`.
Value Normalize(Value x, const Axes& axes, int64_t order = 2, double epsilon = kEpsilon);
// 10 log10(max_val^2 / mean((a - b)^2)): the peak signal-to-noise ratio in decibels.
Value Psnr(Value a, Value b, double max_val);
// The complex numbers of these lengths and angles: (..., 2), real and imaginary parts.
Value Polar(Value length, Value angle);

// -- Connectionist temporal classification
// ---------------------------------------------------------

// -log of the probability that frames read as labels, over all ways to repeat labels and to put
// blanks between them; inf where the frames are too few. labels (batch, length) class indices,
// logits (batch, frames, classes), lengths (batch,) how many of each count: none for all frames.
// Source: Graves et al. 2006.
Value CtcLoss(Value labels, Value logits, Value label_lengths, Value frame_lengths,
              int64_t blank = 0);

// Paths (top paths, batch, frames) of int32 classes, -1 after their end; scores (batch, top paths).
struct CtcPaths {
  Value paths;
  Value scores;
};
// The most probable class of each frame, blanks dropped; runs of a class count once if
// merge_repeated. The score is minus the sum of the greatest inputs.
CtcPaths CtcGreedyDecode(Value inputs, Value lengths, bool merge_repeated, int64_t blank);

struct CtcBeamSearchAttrs {
  int64_t beam_width = 100;
  int64_t top_paths = 1;
  int64_t blank = 0;  // within [0, classes)
  FIELDS(beam_width, top_paths, blank)
};
// The most probable paths, of prefixes of which beam_width are kept at each frame; scores are
// logarithms of their probabilities, -inf where there are no more paths.
// Operands: log-probabilities (batch, frames, classes), lengths (batch,) int32.
// Results: paths, scores. No gradient.
extern const OpDef kCtcBeamSearch;
CtcPaths CtcBeamSearch(Value inputs, Value lengths, const CtcBeamSearchAttrs& attrs);

// -- Dropout --------------------------------------------------------------------------------------

struct DropoutAttrs {
  double rate = 0;         // within [0, 1)
  Shape noise_shape = {};  // broadcasts to x's shape
  FIELDS(rate, noise_shape)
};
// y = x m / (1 - rate), m = 1 where random_uniform(key, noise_shape) in float32 is at least rate,
// else 0. Operands: x, key (2,) u32.
extern const OpDef kDropout;
Value Dropout(Value x, Value key, double rate, std::optional<Shape> noise_shape = std::nullopt);

}  // namespace tricorn::ops
