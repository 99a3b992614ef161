#include "core/data/sequences.h"

#include <algorithm>
#include <memory>

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

Shape StepShape(const Tensor& sequence) {
  return Shape(std::vector<int64_t>(sequence.shape().begin() + 1, sequence.shape().end()));
}

// `length` elements from the first of each window on, `rate` steps apart.
class WindowRows : public RowSource {
 public:
  WindowRows(Tensor data, int64_t first, int64_t stride, int64_t count, int64_t length,
             int64_t rate)
      : data_(std::move(data)),
        first_(first),
        stride_(stride),
        count_(count),
        length_(length),
        rate_(rate),
        step_nbytes_(static_cast<size_t>(StepShape(data_).num_elements() * SizeOf(data_.dtype()))),
        row_shape_([&] {
          std::vector<int64_t> dims = data_.shape().dims();
          dims[0] = length;
          return Shape(std::move(dims));
        }()) {}

  int64_t num_rows() const override { return count_; }
  DType dtype() const override { return data_.dtype(); }
  const Shape& row_shape() const override { return row_shape_; }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    for (const int64_t row : rows) {
      for (int64_t i = 0; i < length_; ++i) {
        const int64_t step = first_ + row * stride_ + i * rate_;
        std::memcpy(out, data_.bytes() + static_cast<size_t>(step) * step_nbytes_, step_nbytes_);
        out += step_nbytes_;
      }
    }
    return absl::OkStatus();
  }

 private:
  const Tensor data_;
  const int64_t first_, stride_, count_, length_, rate_;
  const size_t step_nbytes_;
  const Shape row_shape_;
};

// The steps first, first + stride, ...
class StridedRows : public RowSource {
 public:
  StridedRows(Tensor data, int64_t first, int64_t stride, int64_t count)
      : rows_(std::move(data)), first_(first), stride_(stride), count_(count) {}

  int64_t num_rows() const override { return count_; }
  DType dtype() const override { return rows_.dtype(); }
  const Shape& row_shape() const override { return rows_.row_shape(); }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    std::vector<int64_t> steps(rows.begin(), rows.end());
    for (int64_t& step : steps) step = first_ + step * stride_;
    return rows_.ReadRows(steps, out);
  }

 private:
  const TensorRows rows_;
  const int64_t first_, stride_, count_;
};

absl::Status ExpectWithin(std::string_view what, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return InvalidArgument("{}: expected a number within [{}, {}], received {}", what, low, high,
                         value);
}

}  // namespace

absl::StatusOr<Tensor> PadSequences(std::span<const Tensor> sequences,
                                    const PadSequencesOptions& options) {
  int64_t maxlen = options.maxlen.value_or(0);
  std::optional<Shape> step;
  for (size_t i = 0; i < sequences.size(); ++i) {
    if (sequences[i].shape().rank() == 0) {
      return InvalidArgument("sequence {}: expected steps along the first axis, received a scalar",
                             i);
    }
    const int64_t length = sequences[i].shape()[0];
    if (!options.maxlen) maxlen = std::max(maxlen, length);
    if (length == 0) continue;
    if (!step) step = StepShape(sequences[i]);
    if (!(*step == StepShape(sequences[i]))) {
      return InvalidArgument("sequence {}: expected steps of shape {}, received {}", i,
                             step->ToString(), StepShape(sequences[i]).ToString());
    }
  }
  std::vector<int64_t> dims = {static_cast<int64_t>(sequences.size()), maxlen};
  if (step) dims.insert(dims.end(), step->begin(), step->end());
  RETURN_IF_ERROR(CheckedNumBytes(options.dtype, Shape(dims)).status());
  const Tensor one = Tensor::Scalar(options.value).Cast(options.dtype);
  Tensor result = Tensor::Uninitialized(options.dtype, Shape(dims));
  const int64_t size = SizeOf(options.dtype);
  for (int64_t i = 0; i < result.num_elements(); ++i) {
    std::memcpy(result.bytes() + i * size, one.bytes(), static_cast<size_t>(size));
  }
  const int64_t step_nbytes = (step ? step->num_elements() : 1) * size;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Tensor values = sequences[i].Cast(options.dtype);
    const int64_t length = values.shape()[0], kept = std::min(length, maxlen);
    if (kept == 0) continue;
    const int64_t from = options.truncate_at_end ? 0 : length - kept;
    const int64_t to = static_cast<int64_t>(i) * maxlen + (options.pad_at_end ? 0 : maxlen - kept);
    std::memcpy(result.bytes() + to * step_nbytes, values.bytes() + from * step_nbytes,
                static_cast<size_t>(kept * step_nbytes));
  }
  return result;
}

absl::StatusOr<Dataset> TimeseriesDataset(Tensor data, std::optional<Tensor> targets,
                                          const TimeseriesOptions& options) {
  if (data.shape().rank() == 0 || data.shape()[0] == 0) {
    return InvalidArgument("data: expected steps along the first axis, received {}",
                           data.shape().ToString());
  }
  const int64_t length = data.shape()[0];
  const int64_t start = options.start_index.value_or(0);
  const int64_t end = options.end_index.value_or(length);
  RETURN_IF_ERROR(ExpectWithin("start_index", start, 0, length - 1));
  RETURN_IF_ERROR(ExpectWithin("end_index", end, start + 1, length));
  RETURN_IF_ERROR(ExpectWithin("sequence_length", options.sequence_length, 1, length));
  RETURN_IF_ERROR(ExpectWithin("sequence_stride", options.sequence_stride, 1, length));
  RETURN_IF_ERROR(ExpectWithin("sampling_rate", options.sampling_rate, 1, length));
  int64_t places = end - start - (options.sequence_length - 1) * options.sampling_rate;
  if (targets) {
    if (targets->shape().rank() == 0) {
      return InvalidArgument("targets: expected steps along the first axis, received a scalar");
    }
    places = std::min(places, targets->shape()[0] - start);
  }
  if (places < 1) {
    return InvalidArgument("sequence_length: expected a window within {} steps, received {} of {}",
                           end - start, options.sequence_length, options.sampling_rate);
  }
  const int64_t stride = options.sequence_stride, count = (places + stride - 1) / stride;
  std::vector<Dataset::NamedRows> sources;
  sources.push_back(
      {"x", std::make_unique<WindowRows>(std::move(data), start, stride, count,
                                         options.sequence_length, options.sampling_rate)});
  if (targets) {
    sources.push_back(
        {"y", std::make_unique<StridedRows>(*std::move(targets), start, stride, count)});
  }
  return Dataset::FromRows(std::move(sources));
}

}  // namespace tricorn
