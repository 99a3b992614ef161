#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"

namespace tricorn::keras {

struct SplitOptions {
  // Samples of each part; the other is the rest when one is none. As a part of all, below 1, or as
  // a number.
  std::optional<double> left_size = std::nullopt;
  std::optional<double> right_size = std::nullopt;
  bool shuffle = false;
  uint64_t seed = 0;  // of the shuffle
};

// Keras's split_dataset: two datasets over the samples of one, which outlives them.
// Errors: InvalidArgument without a size, for sizes that are no part and no number, and for parts
// that are empty or larger than the whole.
absl::StatusOr<std::pair<Dataset, Dataset>> SplitDataset(const Dataset& dataset,
                                                         const SplitOptions& options);

}  // namespace tricorn::keras
