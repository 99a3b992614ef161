#include "core/backend/cuda/codegen/element_code.h"

#include <cstring>

#include "core/base/status.h"

namespace tricorn::backend::cuda {

std::string_view TypeName(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return "bool";
    case DType::kU8:
      return "u8";
    case DType::kI8:
      return "i8";
    case DType::kU16:
      return "u16";
    case DType::kI16:
      return "i16";
    case DType::kU32:
      return "u32";
    case DType::kI32:
      return "i32";
    case DType::kU64:
      return "u64";
    case DType::kI64:
      return "i64";
    case DType::kF16:
      return "f16";
    case DType::kBF16:
      return "bf16";
    case DType::kF32:
      return "f32";
    case DType::kF64:
      return "f64";
    case DType::kString:
      break;
  }
  CHECK(false);  // strings are never in graphs
  return "";
}

std::string WideName(DType dtype) { return fmt::format("Wide<{}>", TypeName(dtype)); }

std::string Literal(const Tensor& scalar) {
  uint64_t bits = 0;
  std::memcpy(&bits, scalar.bytes(), static_cast<size_t>(SizeOf(scalar.dtype())));
  switch (scalar.dtype()) {
    case DType::kF32:
      return fmt::format("__uint_as_float({}u)", bits);
    case DType::kF64:
      return fmt::format("__longlong_as_double(i64({}ull))", bits);
    case DType::kF16:
    case DType::kBF16:
      return fmt::format("{}{{u16({})}}", TypeName(scalar.dtype()), bits);
    default:
      return fmt::format("{}({}ull)", TypeName(scalar.dtype()), bits);
  }
}

std::string ExtremeLiteral(DType dtype, bool greatest) {
  if (dtype == DType::kF64) {
    return fmt::format("__longlong_as_double(i64({}ull))",
                       greatest ? 0x7ff0000000000000u : 0xfff0000000000000u);
  }
  if (IsFloating(dtype)) {
    return fmt::format("__uint_as_float({}u)", greatest ? 0x7f800000u : 0xff800000u);
  }
  const int64_t bits = SizeOf(dtype) * 8 - (IsSigned(dtype) ? 1 : 0);
  const uint64_t top = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  const std::string_view type = TypeName(dtype);
  if (greatest) return fmt::format("{}({}ull)", type, top);
  return IsSigned(dtype) ? fmt::format("{}(~{}ull)", type, top) : fmt::format("{}(0)", type);
}

}  // namespace tricorn::backend::cuda
