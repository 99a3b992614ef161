#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/base/json.h"

namespace tricorn {

// Element types. kString holds bytes of any length and lives on the host only.
enum class DType : uint8_t {
  kBool,
  kU8,
  kI8,
  kU16,
  kI16,
  kU32,
  kI32,
  kU64,
  kI64,
  kF16,
  kBF16,
  kF32,
  kF64,
  kString,
};

int64_t SizeOf(DType dtype);         // bytes an element; CHECK-fails for kString
std::string_view Name(DType dtype);  // as Keras: "float32", "bfloat16", "int8", "bool", "string"
absl::StatusOr<DType> ParseDType(std::string_view name);

bool IsFloating(DType dtype);
bool IsInteger(DType dtype);  // signed or unsigned, not bool
bool IsSigned(DType dtype);   // floating or signed integer

Json ToJson(DType dtype);
absl::Status FromJson(const Json& json, DType* out);

}  // namespace tricorn
