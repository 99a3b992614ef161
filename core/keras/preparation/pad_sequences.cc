#include "core/keras/preparation/pad_sequences.h"

#include <algorithm>
#include <cstring>

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn::keras {
namespace {

// The shape of one step: that of the first sequence that has some.
absl::StatusOr<std::vector<int64_t>> StepShape(const std::vector<Tensor>& sequences) {
  std::optional<std::vector<int64_t>> step;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const Shape& shape = sequences[i].shape();
    if (shape.rank() == 0) {
      return InvalidArgument("pad_sequences: sequence {}: expected steps, received a scalar", i);
    }
    if (shape[0] == 0) continue;
    std::vector<int64_t> own(shape.begin() + 1, shape.end());
    if (!step) step = own;
    if (own != *step) {
      return InvalidArgument("pad_sequences: sequence {}: expected steps of shape {}, received {}",
                             i, Shape(*step).ToString(), Shape(own).ToString());
    }
  }
  return step.value_or(std::vector<int64_t>());
}

}  // namespace

absl::StatusOr<Tensor> PadSequences(const std::vector<Tensor>& sequences,
                                    const PadSequencesOptions& options) {
  ASSIGN_OR_RETURN(const std::vector<int64_t> step, StepShape(sequences));
  int64_t longest = 0;
  for (const Tensor& sequence : sequences) longest = std::max(longest, sequence.shape()[0]);
  const int64_t maxlen = options.maxlen.value_or(longest);
  std::vector<int64_t> dims = {static_cast<int64_t>(sequences.size()), maxlen};
  dims.insert(dims.end(), step.begin(), step.end());
  const Shape shape(std::move(dims));
  RETURN_IF_ERROR(WithSubject(CheckedNumBytes(options.dtype, shape).status(), "pad_sequences"));
  Tensor padded = Tensor::Uninitialized(options.dtype, shape);
  const Tensor value = Tensor::Scalar(options.value).Cast(options.dtype);
  const auto width = static_cast<size_t>(SizeOf(options.dtype));
  for (int64_t i = 0; i < padded.num_elements(); ++i) {
    std::memcpy(padded.bytes() + static_cast<size_t>(i) * width, value.bytes(), width);
  }
  const auto step_nbytes = static_cast<size_t>(Shape(step).num_elements()) * width;
  for (size_t i = 0; i < sequences.size(); ++i) {
    const int64_t steps = sequences[i].shape()[0];
    if (steps == 0) continue;
    const int64_t kept = std::min(steps, maxlen);
    const int64_t from = options.truncating == SequenceEnd::kPre ? steps - kept : 0;
    const int64_t to = options.padding == SequenceEnd::kPre ? maxlen - kept : 0;
    const Tensor cast = sequences[i].Rows(from, from + kept).Cast(options.dtype);
    std::memcpy(
        padded.bytes() + (i * static_cast<size_t>(maxlen) + static_cast<size_t>(to)) * step_nbytes,
        cast.bytes(), static_cast<size_t>(cast.nbytes()));
  }
  return padded;
}

}  // namespace tricorn::keras
