#include "core/keras/layers/input_checks.h"

namespace tricorn::keras {
namespace {

absl::Status ExpectOneInput(std::span<const SymbolicType> inputs) {
  if (inputs.size() == 1) return absl::OkStatus();
  return InvalidArgument("expected one input, received {}", inputs.size());
}

}  // namespace

absl::Status ExpectPositive(std::string_view argument, int64_t value) {
  if (value > 0) return absl::OkStatus();
  return InvalidArgument("{}: expected a positive number, received {}", argument, value);
}

absl::Status ExpectRank(std::span<const SymbolicType> inputs, int rank) {
  RETURN_IF_ERROR(ExpectOneInput(inputs));
  if (inputs[0].rank() == rank) return absl::OkStatus();
  return InvalidArgument("expected an input of {} axes, received shape {}", rank,
                         ToString(inputs[0].shape));
}

absl::Status ExpectMinRank(std::span<const SymbolicType> inputs, int rank) {
  RETURN_IF_ERROR(ExpectOneInput(inputs));
  if (inputs[0].rank() >= rank) return absl::OkStatus();
  return InvalidArgument("expected an input of at least {} axes, received shape {}", rank,
                         ToString(inputs[0].shape));
}

absl::StatusOr<int64_t> ExpectKnownAxis(const SymbolicType& input, int64_t axis) {
  ASSIGN_OR_RETURN(const int at, ExpectAxis(input, axis));
  if (const std::optional<int64_t> length = input.dim(at)) return *length;
  return InvalidArgument("expected a known length of axis {}, received shape {}", axis,
                         ToString(input.shape));
}

absl::StatusOr<int> ExpectAxis(const SymbolicType& input, int64_t axis) {
  const int64_t at = axis < 0 ? axis + input.rank() : axis;
  if (at >= 0 && at < input.rank()) return static_cast<int>(at);
  return InvalidArgument("axis: expected an axis of shape {}, received {}", ToString(input.shape),
                         axis);
}

}  // namespace tricorn::keras
