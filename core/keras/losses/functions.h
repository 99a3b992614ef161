#pragma once

#include <utility>

#include "core/ir/builder.h"

// The formulas of losses, which metrics share: one loss an entry, the last axis (or `axis`)
// consumed. y_true is cast to y_pred's dtype; (..., 1) and (...) meet as Keras's do.
namespace tricorn::keras::losses {

using ir::Value;

// y_true in y_pred's dtype, both in one rank.
std::pair<Value, Value> Aligned(Value y_true, Value y_pred);
// y_true squeezed by `smoothing` towards `share`.
Value Smoothed(Value y_true, double smoothing, double share);

Value MeanSquaredError(Value y_true, Value y_pred);
Value MeanAbsoluteError(Value y_true, Value y_pred);
Value MeanAbsolutePercentageError(Value y_true, Value y_pred);
Value MeanSquaredLogarithmicError(Value y_true, Value y_pred);
Value Huber(Value y_true, Value y_pred, double delta);
Value LogCosh(Value y_true, Value y_pred);
Value CosineSimilarity(Value y_true, Value y_pred, int64_t axis);  // negated

Value Hinge(Value y_true, Value y_pred);  // labels 0/1 count as -1/1
Value SquaredHinge(Value y_true, Value y_pred);
Value CategoricalHinge(Value y_true, Value y_pred);

Value KLDivergence(Value y_true, Value y_pred);
Value Poisson(Value y_true, Value y_pred);
Value BinaryCrossentropy(Value y_true, Value y_pred, bool from_logits, double label_smoothing,
                         int64_t axis);
Value CategoricalCrossentropy(Value y_true, Value y_pred, bool from_logits, double label_smoothing,
                              int64_t axis);
// y_true: class indices, of y_pred's shape without `axis`, or with length 1 there. Entries of class
// `ignore_class` (when not null) lose nothing; SparseMask tells them.
Value SparseCategoricalCrossentropy(Value y_true, Value y_pred, bool from_logits,
                                    const int64_t* ignore_class, int64_t axis);
Value SparseMask(Value y_true, Value y_pred, int64_t ignore_class, int64_t axis);
// (1 - p^q) / q for the probability p of the class that y_true gives: between cross-entropy (q to
// 0) and mean absolute error (q to 1).  Source: Zhang & Sabuncu 2018.
Value CategoricalGeneralizedCrossEntropy(Value y_true, Value y_pred, double q);

}  // namespace tricorn::keras::losses
