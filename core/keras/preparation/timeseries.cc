#include "core/keras/preparation/timeseries.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// Windows are read from the series when they are asked for.
class Windows : public RowSource {
 public:
  Windows(Tensor data, const TimeseriesOptions& options, int64_t count)
      : series_(std::move(data)), options_(options), count_(count) {
    std::vector<int64_t> dims = {options.sequence_length};
    dims.insert(dims.end(), series_.row_shape().begin(), series_.row_shape().end());
    row_shape_ = Shape(std::move(dims));
  }

  int64_t num_rows() const override { return count_; }
  DType dtype() const override { return series_.dtype(); }
  const Shape& row_shape() const override { return row_shape_; }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    std::vector<int64_t> steps(static_cast<size_t>(options_.sequence_length));
    for (const int64_t row : rows) {
      for (size_t i = 0; i < steps.size(); ++i) {
        steps[i] = options_.start_index + row * options_.sequence_stride +
                   static_cast<int64_t>(i) * options_.sampling_rate;
      }
      RETURN_IF_ERROR(series_.ReadRows(steps, out));
      out += row_shape_.num_elements() * SizeOf(dtype());
    }
    return absl::OkStatus();
  }

 private:
  const TensorRows series_;
  const TimeseriesOptions options_;
  const int64_t count_;
  Shape row_shape_;
};

absl::Status Check(const TimeseriesOptions& options, int64_t steps, int64_t end) {
  if (options.sequence_length < 1 || options.sequence_stride < 1 || options.sampling_rate < 1) {
    return InvalidArgument(
        "sequence_length, sequence_stride, sampling_rate: expected at least 1, received {}, {}, {}",
        options.sequence_length, options.sequence_stride, options.sampling_rate);
  }
  if (options.start_index < 0 || end > steps || options.start_index >= end) {
    return InvalidArgument(
        "start_index, end_index: expected a part of the {} steps, received {} to {}", steps,
        options.start_index, end);
  }
  if (options.sequence_length > steps || options.sampling_rate > steps) {
    return InvalidArgument("sequence_length: expected at most the {} steps, received {}", steps,
                           options.sequence_length);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Dataset> TimeseriesDataset(const Tensor& data, const std::optional<Tensor>& targets,
                                          const TimeseriesOptions& options) {
  if (data.shape().rank() == 0 || (targets && targets->shape().rank() == 0)) {
    return InvalidArgument("timeseries: expected steps, received a scalar");
  }
  const int64_t steps = data.shape()[0];
  const int64_t end = options.end_index.value_or(steps);
  RETURN_IF_ERROR(Check(options, steps, end));
  // Beginnings of windows, one after the other.
  int64_t beginnings =
      end - options.start_index - (options.sequence_length - 1) * options.sampling_rate;
  if (targets) beginnings = std::min(beginnings, targets->shape()[0] - options.start_index);
  if (beginnings < 1) {
    return InvalidArgument("sequence_length: expected windows within {} steps, received {}",
                           end - options.start_index, options.sequence_length);
  }
  const int64_t count = (beginnings + options.sequence_stride - 1) / options.sequence_stride;
  std::vector<Dataset::NamedRows> columns;
  columns.push_back({"x", std::make_unique<Windows>(data, options, count)});
  if (targets) {
    TimeseriesOptions single = options;
    single.sequence_length = 1;
    // One step each, without the axis of windows.
    const TensorRows rows(*targets);
    std::vector<int64_t> dims = {count};
    dims.insert(dims.end(), rows.row_shape().begin(), rows.row_shape().end());
    Tensor y = Tensor::Uninitialized(rows.dtype(), Shape(std::move(dims)));
    RETURN_IF_ERROR(Windows(*targets, single, count)
                        .ReadRows(
                            [&] {
                              std::vector<int64_t> all(static_cast<size_t>(count));
                              for (size_t i = 0; i < all.size(); ++i)
                                all[i] = static_cast<int64_t>(i);
                              return all;
                            }(),
                            y.bytes()));
    columns.push_back({"y", std::make_unique<TensorRows>(std::move(y))});
  }
  return Dataset::FromRows(std::move(columns));
}

}  // namespace tricorn::keras
