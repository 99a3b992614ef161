#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

struct TimeseriesOptions {
  int64_t sequence_length = 1;
  int64_t sequence_stride = 1;                      // steps between the beginnings of two windows
  int64_t sampling_rate = 1;                        // steps between two of a window
  int64_t start_index = 0;                          // of the part of the series that is used
  std::optional<int64_t> end_index = std::nullopt;  // its end; that of the series when none
};

// Keras's timeseries_dataset_from_array: windows over a series (steps, ...) as column x, (windows,
// sequence_length, ...), and, where there are targets, as y the target of the step that each begins
// with. Fit shuffles and cuts batches. Errors: InvalidArgument naming the argument; for a series
// that holds no window.
absl::StatusOr<Dataset> TimeseriesDataset(const Tensor& data, const std::optional<Tensor>& targets,
                                          const TimeseriesOptions& options);

}  // namespace tricorn::keras
