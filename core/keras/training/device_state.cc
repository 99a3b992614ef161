#include "core/keras/training/device_state.h"

#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<backend::Buffer> DeviceState::BufferOf(const Variable& variable) {
  const auto it = buffers_.find(&variable);
  if (it != buffers_.end()) return it->second;
  if (!variable.has_value()) {
    return FailedPrecondition(
        "{}: expected a value, received a variable that was never initialized", variable.path);
  }
  ASSIGN_OR_RETURN(backend::Buffer buffer, device_.Allocate(variable.type.nbytes()));
  RETURN_IF_ERROR(device_.Upload(variable.value, buffer));
  buffers_[&variable] = buffer;
  return buffer;
}

absl::Status DeviceState::Zero(const Variable& variable) {
  ASSIGN_OR_RETURN(const backend::Buffer buffer, BufferOf(variable));
  return device_.Upload(Tensor(variable.type.dtype, variable.type.shape), buffer);
}

absl::Status DeviceState::Exchange(const Variable& variable, backend::Buffer& buffer) {
  RETURN_IF_ERROR(BufferOf(variable).status());
  std::swap(buffers_[&variable], buffer);
  return absl::OkStatus();
}

absl::Status DeviceState::Download(std::span<Variable* const> variables) const {
  for (Variable* variable : variables) {
    const auto it = buffers_.find(variable);
    if (it == buffers_.end()) continue;
    Tensor value = Tensor::Uninitialized(variable->type.dtype, variable->type.shape);
    RETURN_IF_ERROR(device_.Download(it->second, value));
    variable->value = std::move(value);
  }
  return absl::OkStatus();
}

absl::Status DeviceState::Upload(std::span<const Variable* const> variables) {
  for (const Variable* variable : variables) {
    const auto it = buffers_.find(variable);
    if (it != buffers_.end()) RETURN_IF_ERROR(device_.Upload(variable->value, it->second));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::keras
