#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// At which end of a sequence.
enum class SequenceEnd { kPre, kPost };

struct PadSequencesOptions {
  std::optional<int64_t> maxlen = std::nullopt;  // the longest sequence's length when none
  DType dtype = DType::kI32;
  SequenceEnd padding = SequenceEnd::kPre;
  SequenceEnd truncating = SequenceEnd::kPre;
  double value = 0;
};

// Keras's pad_sequences: sequences (steps, ...) of the same shape a step as one array (sequences,
// maxlen, ...), filled up with `value` or cut. Errors: InvalidArgument for a scalar, and for steps
// of other shapes.
absl::StatusOr<Tensor> PadSequences(const std::vector<Tensor>& sequences,
                                    const PadSequencesOptions& options = {});

}  // namespace tricorn::keras
