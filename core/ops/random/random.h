#pragma once

#include "core/ops/op.h"
#include "core/ops/promotion.h"

// Random numbers from a key (2,) u32. One key gives one array: whoever draws twice derives two
// keys.

namespace tricorn::ops {

struct RandomBitsAttrs {
  Shape shape = {};
  FIELDS(shape)
};
// y_i (u32) = word i % 4 of Philox4x32-10 at counter (low and high word of i / 4, 0, 0): any
// element alone. Operand: key.
extern const OpDef kRandomBits;
Value RandomBits(Value key, Shape shape);
// `count` keys out of one, by position.
Values SplitKey(Value key, int64_t count);

// A floating type.
struct RandomAttrs {
  DType dtype = DType::kF32;
  Shape shape = {};
  FIELDS(dtype, shape)
};
// Uniform in [0, 1): the upper 24 bits of random_bits (the upper 8 in bfloat16, 11 in float16).
extern const OpDef kRandomUniform;
// Standard normal: sqrt(2) erfinv(u), u uniform in (-1, 1).
extern const OpDef kRandomNormal;
// Standard normal given |y| < 2.
extern const OpDef kRandomTruncatedNormal;

Value RandomUniform(Value key, Type type, double low = 0, double high = 1);
Value RandomNormal(Value key, Type type, double mean = 0, double stddev = 1);
Value RandomTruncatedNormal(Value key, Type type, double mean = 0, double stddev = 1);
// bool, true with probability p.
Value RandomBernoulli(Value key, Shape shape, double p);
// The logarithm of a gamma variate of shape `alpha` and scale 1, for each element of alpha > 0:
// where alpha is small, the variate itself would underflow.
Value RandomLogGamma(Value key, Value alpha);
// log(y / (1 - y)), y a beta variate: y is its sigmoid. alpha and beta of one type.
Value RandomLogitBeta(Value key, Value alpha, Value beta);

// -- Parameters are numbers, or broadcast to the type's shape; no gradient reaches them -----------

// Whole numbers within [low, high), in an integer (or floating) dtype.
// Errors: InvalidArgument unless high exceeds low, by at most 2^32.
Value RandomInteger(Value key, Type type, int64_t low, int64_t high);
// Indices into the last axis of logits (..., classes), each with a probability in proportion to
// exp(logits): (..., num_samples).
Value RandomCategorical(Value key, Value logits, int64_t num_samples, DType dtype = DType::kI32);
// x with the slices along `axis` in a random order.
Value RandomShuffle(Value key, Value x, int64_t axis = 0);
// Gamma with shape parameter alpha > 0 and scale 1.
Value RandomGamma(Value key, Type type, Arg alpha);
// Beta with parameters a and b > 0.
Value RandomBeta(Value key, Type type, Arg a, Arg b);
// How many of `counts` trials succeed, each with `probability`.
// Source: Hoermann 1993 (BTRS) where 10 successes or more are to be expected, waiting times below.
Value RandomBinomial(Value key, Type type, Arg counts, Arg probability);

// The inverse of erf on (-1, 1).
extern const OpDef kErfinv;
Value Erfinv(Value x);
Value Erfc(Value x);  // 1 - erf x

}  // namespace tricorn::ops
