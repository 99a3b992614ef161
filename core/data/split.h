#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"

namespace tricorn {

// A number of rows, or a share of them within (0, 1).
using SplitSize = std::variant<int64_t, double>;

struct SplitOptions {
  std::optional<SplitSize> left = std::nullopt;   // none: what right leaves
  std::optional<SplitSize> right = std::nullopt;  // none: what left leaves
  bool shuffle = false;
  uint64_t seed = 0;
};
// Two datasets of rows of `dataset`, in their order or shuffled; they read from it, nothing is
// copied. Errors: InvalidArgument without a size, and for sizes that do not fit.
// Source of conventions: Keras 3 `split_dataset`.
absl::StatusOr<std::pair<Dataset, Dataset>> SplitDataset(Dataset dataset,
                                                         const SplitOptions& options);

}  // namespace tricorn
