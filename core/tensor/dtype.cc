#include "core/tensor/dtype.h"

#include <array>

#include "core/base/json_fields.h"
#include "core/base/status.h"

namespace tricorn {
namespace {

struct Info {
  std::string_view name;
  int64_t size;
};

// In the order of DType.
constexpr std::array<Info, 14> kInfo = {{{"bool", 1},
                                         {"uint8", 1},
                                         {"int8", 1},
                                         {"uint16", 2},
                                         {"int16", 2},
                                         {"uint32", 4},
                                         {"int32", 4},
                                         {"uint64", 8},
                                         {"int64", 8},
                                         {"float16", 2},
                                         {"bfloat16", 2},
                                         {"float32", 4},
                                         {"float64", 8},
                                         {"string", 0}}};

}  // namespace

int64_t SizeOf(DType dtype) {
  CHECK(dtype != DType::kString);
  return kInfo[static_cast<size_t>(dtype)].size;
}

std::string_view Name(DType dtype) { return kInfo[static_cast<size_t>(dtype)].name; }

absl::StatusOr<DType> ParseDType(std::string_view name) {
  for (size_t i = 0; i < kInfo.size(); ++i) {
    if (kInfo[i].name == name) return static_cast<DType>(i);
  }
  return InvalidArgument(
      "dtype: expected one of bool, (u)int8-64, float16, bfloat16, float32, "
      "float64, string, received {}",
      name);
}

bool IsFloating(DType dtype) { return dtype >= DType::kF16 && dtype <= DType::kF64; }
bool IsInteger(DType dtype) { return dtype >= DType::kU8 && dtype <= DType::kI64; }
bool IsSigned(DType dtype) {
  return IsFloating(dtype) || dtype == DType::kI8 || dtype == DType::kI16 || dtype == DType::kI32 ||
         dtype == DType::kI64;
}

Json ToJson(DType dtype) { return Json(Name(dtype)); }

absl::Status FromJson(const Json& json, DType* out) {
  if (!json.is_string()) return WrongKind("dtype name", json);
  ASSIGN_OR_RETURN(*out, ParseDType(json.AsString()));
  return absl::OkStatus();
}

}  // namespace tricorn
