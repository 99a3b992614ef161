#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/tensor/tensor.h"

namespace tricorn {

struct PadSequencesOptions {
  std::optional<int64_t> maxlen = std::nullopt;  // none: the longest
  DType dtype = DType::kI32;
  bool pad_at_end = false;       // Keras's padding="post"
  bool truncate_at_end = false;  // truncating="post": the end of a longer sequence is lost
  double value = 0;
};
// Sequences (length, ...) as one array (sequences, maxlen, ...).
// Errors: InvalidArgument for steps of different shapes, or a scalar.
// Source of conventions: Keras 3 `pad_sequences`.
absl::StatusOr<Tensor> PadSequences(std::span<const Tensor> sequences,
                                    const PadSequencesOptions& options = {});

struct TimeseriesOptions {
  int64_t sequence_length = 1;
  int64_t sequence_stride = 1;  // between the starts of windows
  int64_t sampling_rate = 1;    // between the steps of one window
  std::optional<int64_t> start_index = std::nullopt;
  std::optional<int64_t> end_index = std::nullopt;
};
// Windows of `data` (steps, ...) as samples: x (windows, sequence_length, ...) and, with targets
// (steps, ...), the one of each window's first step as y. Windows are read from the data, not
// copied beforehand.
// Errors: InvalidArgument for numbers that do not fit the data.
// Source of conventions: Keras 3 `timeseries_dataset_from_array`.
absl::StatusOr<Dataset> TimeseriesDataset(Tensor data, std::optional<Tensor> targets,
                                          const TimeseriesOptions& options);

}  // namespace tricorn
