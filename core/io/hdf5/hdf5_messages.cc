#include "core/io/hdf5/hdf5_messages.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tricorn::hdf5 {
namespace {

enum DatatypeClass { kInteger = 0, kFloat = 1, kString = 3, kOpaque = 5, kEnum = 8, kVariable = 9 };

struct Fields {
  int version, datatype_class;
  uint32_t bits, size;
};

Fields TakeFields(Cursor& cursor) {
  const auto head = cursor.Take<uint32_t>();
  return {static_cast<int>(head >> 4 & 15), static_cast<int>(head & 15), head >> 8,
          cursor.Take<uint32_t>()};
}

absl::Status BigEndian() {
  return Unimplemented("expected little-endian numbers, received another byte order");
}

absl::StatusOr<DType> ParseInteger(const Fields& fields, Cursor& cursor) {
  if ((fields.bits & 1) != 0) return BigEndian();
  const bool is_signed = (fields.bits & 8) != 0;
  const auto offset = cursor.Take<uint16_t>();
  const auto precision = cursor.Take<uint16_t>();
  if (offset == 0 && precision == fields.size * 8) {
    switch (fields.size) {
      case 1:
        return is_signed ? DType::kI8 : DType::kU8;
      case 2:
        return is_signed ? DType::kI16 : DType::kU16;
      case 4:
        return is_signed ? DType::kI32 : DType::kU32;
      case 8:
        return is_signed ? DType::kI64 : DType::kU64;
      default:
        break;
    }
  }
  return Unimplemented("expected an integer of 8 to 64 bits, received {} bits in {} bytes",
                       precision, fields.size);
}

absl::StatusOr<DType> ParseFloat(const Fields& fields, Cursor& cursor) {
  if ((fields.bits & 0x41) != 0) return BigEndian();
  struct Format {
    uint32_t size;
    uint8_t exponent_location, exponent_bits, mantissa_bits;
    uint32_t bias;
    DType dtype;
  };
  static constexpr std::array<Format, 4> kFormats = {{{2, 10, 5, 10, 15, DType::kF16},
                                                      {2, 7, 8, 7, 127, DType::kBF16},
                                                      {4, 23, 8, 23, 127, DType::kF32},
                                                      {8, 52, 11, 52, 1023, DType::kF64}}};
  const auto offset = cursor.Take<uint16_t>();
  const auto precision = cursor.Take<uint16_t>();
  const auto exponent_location = cursor.Take<uint8_t>();
  const auto exponent_bits = cursor.Take<uint8_t>();
  const auto mantissa_location = cursor.Take<uint8_t>();
  const auto mantissa_bits = cursor.Take<uint8_t>();
  const auto bias = cursor.Take<uint32_t>();
  for (const Format& format : kFormats) {
    if (cursor.ok() && offset == 0 && precision == format.size * 8 && fields.size == format.size &&
        exponent_location == format.exponent_location && exponent_bits == format.exponent_bits &&
        mantissa_location == 0 && mantissa_bits == format.mantissa_bits && bias == format.bias) {
      return format.dtype;
    }
  }
  return Unimplemented(
      "expected float16, bfloat16, float32 or float64, received {} bits with {} of "
      "exponent",
      precision, exponent_bits);
}

// h5py's bool: an enum over int8 of FALSE = 0 and TRUE = 1.
bool IsBool(const Fields& fields, Cursor& cursor) {
  const Fields base = TakeFields(cursor);
  if (fields.size != 1 || (fields.bits & 0xffff) != 2 || base.datatype_class != kInteger)
    return false;
  cursor.Take<uint32_t>();  // the base's bit offset and precision
  const auto take_name = [&]() -> std::string_view {
    const std::string_view rest = cursor.rest();
    const size_t length = std::min(rest.find('\0'), rest.size());
    cursor.Take(fields.version < 3 ? (length + 8) / 8 * 8 : length + 1);
    return rest.substr(0, length);
  };
  const std::string_view first = take_name(), second = take_name();
  return first == "FALSE" && second == "TRUE" && cursor.Take<uint16_t>() == 0x0100 && cursor.ok();
}

}  // namespace

absl::StatusOr<Datatype> ParseDatatype(std::string_view message) {
  Cursor cursor(message);
  const Fields fields = TakeFields(cursor);
  if (!cursor.ok() || fields.version < 1 || fields.version > 3) {
    return InvalidArgument("datatype: expected version 1 to 3, received {}", fields.version);
  }
  Datatype type{.kind = Datatype::kNumber, .size = fields.size};
  switch (fields.datatype_class) {
    case kInteger: {
      ASSIGN_OR_RETURN(type.dtype, ParseInteger(fields, cursor));
      return type;
    }
    case kFloat: {
      ASSIGN_OR_RETURN(type.dtype, ParseFloat(fields, cursor));
      return type;
    }
    case kEnum:
      if (!IsBool(fields, cursor)) break;
      type.dtype = DType::kBool;
      return type;
    case kString:
      type.kind = Datatype::kFixedString;
      return type;
    case kOpaque:
      type.kind = Datatype::kOpaque;
      return type;
    case kVariable:
      if ((fields.bits & 15) != 1) break;
      type.kind = Datatype::kVariableString;
      return type;
    default:
      break;
  }
  return Unimplemented("datatype: expected numbers, bools or strings, received class {}",
                       fields.datatype_class);
}

absl::StatusOr<Shape> ParseDataspace(std::string_view message) {
  Cursor cursor(message);
  const auto version = cursor.Take<uint8_t>();
  const auto rank = cursor.Take<uint8_t>();
  cursor.Take<uint8_t>();  // whether maximal sizes follow
  const auto type = cursor.Take<uint8_t>();
  if (version == 1) cursor.Take<uint32_t>();
  if ((version != 1 && version != 2) || (version == 2 && type > 1)) {
    return Unimplemented("dataspace: expected a scalar or an array, received version {}, type {}",
                         version, type);
  }
  std::vector<int64_t> dims;
  for (int i = 0; i < rank && cursor.ok(); ++i) {
    dims.push_back(static_cast<int64_t>(cursor.Take<uint64_t>()));
  }
  if (!cursor.ok()) return InvalidArgument("dataspace: expected {} sizes, received fewer", rank);
  return Shape(std::move(dims));
}

absl::StatusOr<Layout> ParseLayout(std::string_view message) {
  Cursor cursor(message);
  const auto version = cursor.Take<uint8_t>();
  const auto layout_class = cursor.Take<uint8_t>();
  if (version != 3) return Unimplemented("layout: expected version 3, received {}", version);
  Layout layout;
  if (layout_class == 0) {
    layout.compact = true;
    layout.nbytes = cursor.Take<uint16_t>();
    layout.data = cursor.Take(layout.nbytes);
  } else if (layout_class == 1) {
    layout.address = cursor.Take<uint64_t>();
    layout.nbytes = cursor.Take<uint64_t>();
  } else {
    return Unimplemented("layout: expected contiguous data, received {}",
                         layout_class == 2 ? "chunks" : "a virtual dataset");
  }
  if (!cursor.ok())
    return InvalidArgument("layout: expected more bytes, received {}", message.size());
  return layout;
}

absl::StatusOr<Attribute> ParseAttribute(std::string_view message) {
  Cursor cursor(message);
  const auto version = cursor.Take<uint8_t>();
  const auto flags = cursor.Take<uint8_t>();
  const auto name_size = cursor.Take<uint16_t>();
  const auto datatype_size = cursor.Take<uint16_t>();
  const auto dataspace_size = cursor.Take<uint16_t>();
  if (version < 1 || version > 3) {
    return InvalidArgument("attribute: expected version 1 to 3, received {}", version);
  }
  if (version > 1 && flags != 0) {
    return Unimplemented("attribute: expected its own datatype, received a shared one");
  }
  if (version == 3) cursor.Take<uint8_t>();  // the name's character set
  const auto take = [&](uint64_t size) {
    const std::string_view part = cursor.Take(size);
    if (version == 1) cursor.Take((8 - size % 8) % 8);
    return part;
  };
  Attribute attribute;
  const std::string_view name = take(name_size);
  attribute.name = std::string(name.substr(0, name.find('\0')));
  attribute.datatype = take(datatype_size);
  attribute.dataspace = take(dataspace_size);
  attribute.data = cursor.rest();
  if (!cursor.ok())
    return InvalidArgument("attribute: expected more bytes, received {}", message.size());
  return attribute;
}

}  // namespace tricorn::hdf5
