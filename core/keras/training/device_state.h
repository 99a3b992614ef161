#pragma once

#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/keras/layers/variable.h"

namespace tricorn::keras {

// The variables of a model in a device's memory while functions run there. They are copied there
// when first used; Variable::value is out of date until Download.
class DeviceState {
 public:
  explicit DeviceState(backend::Device& device) : device_(device) {}

  backend::Device& device() const { return device_; }
  // The variable's bytes, which live as long as this.
  absl::StatusOr<backend::Buffer> BufferOf(const Variable& variable);
  // Sets every element of a variable to zero.
  absl::Status Zero(const Variable& variable);
  // Makes `buffer` the variable's bytes, and puts the former ones in its place.
  absl::Status Exchange(const Variable& variable, backend::Buffer& buffer);
  // Copies back those of `variables` that were used here, into fresh tensors.
  absl::Status Download(std::span<Variable* const> variables) const;
  // Takes the host's values again where the host has changed them.
  absl::Status Upload(std::span<const Variable* const> variables);

 private:
  backend::Device& device_;
  absl::flat_hash_map<const Variable*, backend::Buffer> buffers_;
};

}  // namespace tricorn::keras
