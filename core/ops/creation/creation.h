#pragma once

#include <string_view>
#include <vector>

#include "core/ops/op.h"

// Arrays that follow from a few numbers, and masks of matrices.

namespace tricorn::ops {

// start, start + step, ... before stop; computed in float64 and then cast.
Value Arange(Builder& builder, double start, double stop, double step, DType dtype);
// `num` numbers from start to stop along a new axis, in equal steps; the last is stop if
// `endpoint`.
Value Linspace(Value start, Value stop, int64_t num, bool endpoint, int64_t axis);
Value LinspaceStep(Value start, Value stop, int64_t num, bool endpoint);
Value Logspace(Value start, Value stop, int64_t num, bool endpoint, double base, int64_t axis);
Value Geomspace(Value start, Value stop, int64_t num, bool endpoint, int64_t axis);

Value Eye(Builder& builder, int64_t rows, int64_t columns, int64_t k, DType dtype);
// 1 at and below diagonal k.
Value Tri(Builder& builder, int64_t rows, int64_t columns, int64_t k, DType dtype);
Value Tril(Value x, int64_t k = 0);  // of the last two axes; 0 above diagonal k
Value Triu(Value x, int64_t k = 0);
Value Diag(Value x, int64_t k);  // a vector to a matrix, a matrix to its diagonal
// Matrices with the last axis of x on diagonal k.
Value DiagonalMatrix(Value x, int64_t k = 0);
Value Vander(Value x, int64_t columns, bool increasing);
// Coordinates of a grid over vectors; "xy" swaps the first two axes.
Values Meshgrid(Operands x, bool xy);
Values UnravelIndex(Value indices, const Shape& shape);

// Windows of signal processing: "bartlett", "blackman", "hamming", "hanning" ("hann"). A periodic
// one of n is a symmetric one of n + 1 without its last element. InvalidArgument for another name.
absl::StatusOr<std::vector<double>> Window(std::string_view name, int64_t length, bool periodic);
std::vector<double> KaiserWindow(int64_t length, double beta);

}  // namespace tricorn::ops
