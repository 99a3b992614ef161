#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn {

// A JSON value (RFC 8259). Objects keep their order; integers and doubles stay apart, as in Python.
class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;

  struct Limits {
    size_t max_bytes = size_t{256} << 20;
    int max_depth = 128;
    size_t max_values = 4'000'000;
  };

  Json() = default;
  Json(std::nullptr_t) {}                                        // NOLINT
  Json(bool value) : value_(value) {}                            // NOLINT
  Json(double value) : value_(value) {}                          // NOLINT
  Json(float value) : value_(static_cast<double>(value)) {}      // NOLINT
  Json(int value) : value_(static_cast<int64_t>(value)) {}       // NOLINT
  Json(int64_t value) : value_(value) {}                         // NOLINT
  Json(uint32_t value) : value_(static_cast<int64_t>(value)) {}  // NOLINT
  Json(uint64_t value) : value_(static_cast<int64_t>(value)) {}  // NOLINT
  Json(const char* value) : value_(std::string(value)) {}        // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}   // NOLINT
  Json(std::string value) : value_(std::move(value)) {}          // NOLINT
  Json(Array value) : value_(std::move(value)) {}                // NOLINT
  Json(Object value) : value_(std::move(value)) {}               // NOLINT

  static Json MakeObject(std::initializer_list<Member> members) { return Json(Object(members)); }
  static Json MakeArray(std::initializer_list<Json> items) { return Json(Array(items)); }

  // Errors: InvalidArgument for malformed text (with the byte offset) or text beyond `limits`.
  // NaN, Infinity and -Infinity are accepted, as Python writes them.
  static absl::StatusOr<Json> Parse(std::string_view text, const Limits& limits);
  static absl::StatusOr<Json> Parse(std::string_view text) { return Parse(text, Limits()); }

  // One line when indent is negative. Doubles are written shortest, so that they read back equal.
  std::string Dump(int indent = -1) const;

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  bool is_bool() const { return std::holds_alternative<bool>(value_); }
  bool is_int() const { return std::holds_alternative<int64_t>(value_); }
  bool is_double() const { return std::holds_alternative<double>(value_); }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return std::holds_alternative<std::string>(value_); }
  bool is_array() const { return std::holds_alternative<Array>(value_); }
  bool is_object() const { return std::holds_alternative<Object>(value_); }
  std::string_view kind() const;  // "null", "bool", "int", "float", "string", "array", "object"

  // CHECK-fail on another kind: test first, or use the checked forms of json_fields.h.
  bool AsBool() const;
  int64_t AsInt() const;    // a double with an integral value too
  double AsDouble() const;  // an int too
  const std::string& AsString() const;
  const Array& AsArray() const;
  Array& AsArray();
  const Object& AsObject() const;
  Object& AsObject();

  // The member, or null (a shared constant) when this is no object or has no such member.
  const Json& operator[](std::string_view key) const;
  bool Has(std::string_view key) const;
  // Replaces or appends a member; makes an object of null.
  void Set(std::string_view key, Json value);
  void Erase(std::string_view key);
  // Appends an item; makes an array of null.
  void Append(Json value);
  size_t size() const;  // items or members; 0 for the rest

  friend bool operator==(const Json& a, const Json& b) { return a.value_ == b.value_; }

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> value_;
};

}  // namespace tricorn
