#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/tensor/tensor.h"

// TensorBoard's messages in protobuf's wire format: tensorflow.Event and tensorflow.Summary, whose
// fields have not changed since 2015.

namespace tricorn::keras {

// The first record of a file: an Event with file_version "brain.Event:2".
std::string VersionEvent(double wall_time);

// An Event with one Summary value, as tf.summary.scalar writes it.
std::string ScalarEvent(double wall_time, int64_t step, std::string_view tag, double value);

// As tf.summary.histogram: 30 buckets between the least and the largest value, [left, right, count]
// each. Non-finite values are left out. An empty tensor has no buckets.
std::string HistogramEvent(double wall_time, int64_t step, std::string_view tag,
                           const Tensor& values);

// The model's JSON, as Keras's TensorBoard writes it for the graph page.
std::string ModelGraphEvent(double wall_time, std::string_view tag, std::string_view model_json);

}  // namespace tricorn::keras
