#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/keras/layers/symbolic_type.h"

namespace tricorn::keras {

// What layers expect of their config and inputs when they are built. Errors: InvalidArgument naming
// expected and received.
absl::Status ExpectPositive(std::string_view argument, int64_t value);
absl::Status ExpectRank(std::span<const SymbolicType> inputs, int rank);
absl::Status ExpectMinRank(std::span<const SymbolicType> inputs, int rank);
// The length of `axis` (counted from the end when negative).
absl::StatusOr<int64_t> ExpectKnownAxis(const SymbolicType& input, int64_t axis);
// `axis` counted from the front.
absl::StatusOr<int> ExpectAxis(const SymbolicType& input, int64_t axis);

}  // namespace tricorn::keras
