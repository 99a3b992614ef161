#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/statusor.h"
#include "core/base/status.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

// The parts of an HDF5 object header that describe data, decoded from their bytes.
// Source: HDF5 File Format Specification, version 2.0, section IV.A.2.

namespace tricorn::hdf5 {

constexpr uint64_t kUndefinedAddress = ~uint64_t{0};

// Takes little-endian values off the front of bytes. Past the end it gives zeroes and !ok().
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  template <typename T>
  T Take() {
    static_assert(std::is_unsigned_v<T>);
    T value = 0;
    const std::string_view bytes = Take(sizeof(T));
    if (ok_) std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }
  std::string_view Take(uint64_t nbytes) {
    if (nbytes > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, nbytes);
    bytes_.remove_prefix(nbytes);
    return taken;
  }
  std::string_view rest() const { return bytes_; }
  bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

struct Datatype {
  enum Kind { kNumber, kOpaque, kFixedString, kVariableString };
  Kind kind;
  DType dtype = DType::kF32;  // of kNumber
  uint64_t size = 0;          // bytes an element
};
absl::StatusOr<Datatype> ParseDatatype(std::string_view message);

absl::StatusOr<Shape> ParseDataspace(std::string_view message);

struct Layout {
  bool compact = false;
  std::string_view data;  // when compact
  uint64_t address = 0;   // when contiguous
  uint64_t nbytes = 0;
};
absl::StatusOr<Layout> ParseLayout(std::string_view message);

struct Attribute {
  std::string name;
  std::string_view datatype, dataspace;  // messages
  std::string_view data;
};
absl::StatusOr<Attribute> ParseAttribute(std::string_view message);

}  // namespace tricorn::hdf5
