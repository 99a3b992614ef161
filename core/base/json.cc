#include "core/base/json.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/status.h"

namespace tricorn {
namespace {

using NlohmannSax = nlohmann::json_sax<nlohmann::json>;

// Builds a Json, counting as it goes, so that a hostile text is refused before it is held.
class Reader : public NlohmannSax {
 public:
  explicit Reader(const Json::Limits& limits) : limits_(limits) {}

  bool null() override { return Put(Json()); }
  bool boolean(bool value) override { return Put(Json(value)); }
  bool number_integer(int64_t value) override { return Put(Json(value)); }
  bool number_unsigned(uint64_t value) override {
    if (value > static_cast<uint64_t>(INT64_MAX)) return Put(Json(static_cast<double>(value)));
    return Put(Json(static_cast<int64_t>(value)));
  }
  bool number_float(double value, const std::string&) override { return Put(Json(value)); }
  bool string(std::string& value) override { return Put(Json(std::move(value))); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool start_object(size_t) override { return Open(Json(Json::Object())); }
  bool start_array(size_t) override { return Open(Json(Json::Array())); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }
  bool key(std::string& value) override {
    keys_.back() = std::move(value);
    return true;
  }
  bool parse_error(size_t position, const std::string&, const nlohmann::json::exception&) override {
    error_ = fmt::format("malformed at byte {}", position);
    return false;
  }

  Json& result() { return result_; }
  const std::string& error() const { return error_; }

 private:
  bool Put(Json value) {
    if (++values_ > limits_.max_values) {
      error_ = fmt::format("more than {} values", limits_.max_values);
      return false;
    }
    if (open_.empty()) {
      result_ = std::move(value);
    } else if (open_.back().is_array()) {
      open_.back().AsArray().push_back(std::move(value));
    } else {
      open_.back().AsObject().emplace_back(std::move(keys_.back()), std::move(value));
    }
    return true;
  }
  bool Open(Json value) {
    if (static_cast<int>(open_.size()) >= limits_.max_depth) {
      error_ = fmt::format("nested deeper than {}", limits_.max_depth);
      return false;
    }
    open_.push_back(std::move(value));
    keys_.emplace_back();
    return true;
  }
  bool Close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    keys_.pop_back();
    return Put(std::move(value));
  }

  const Json::Limits& limits_;
  size_t values_ = 0;
  std::vector<Json> open_;
  std::vector<std::string> keys_;
  Json result_;
  std::string error_;
};

// Python writes the three words that JSON lacks. A stand-in number cannot collide with real text,
// so they are quoted outside strings with a marker that the reader below turns back.
constexpr std::string_view kMarker = "\\u0001tricorn:";

std::string QuoteNonFinite(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 64);
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\' && i + 1 < text.size())
        out += text[i++];
      else if (c == '"')
        in_string = false;
      out += text[i++];
      continue;
    }
    if (c == '"') in_string = true;
    bool replaced = false;
    for (std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
      if (text.substr(i, word.size()) != word) continue;
      out.append("\"").append(kMarker).append(word).append("\"");
      i += word.size();
      replaced = true;
      break;
    }
    if (!replaced) out += text[i++];
  }
  return out;
}

void RestoreNonFinite(Json& json) {
  if (json.is_array()) {
    for (Json& item : json.AsArray()) RestoreNonFinite(item);
  } else if (json.is_object()) {
    for (auto& [key, value] : json.AsObject()) RestoreNonFinite(value);
  } else if (json.is_string()) {
    constexpr std::string_view prefix = "\x01tricorn:";
    const std::string_view text = json.AsString();
    if (text.substr(0, prefix.size()) != prefix) return;
    const std::string_view word = text.substr(prefix.size());
    json = Json(word == "NaN" ? std::nan("") : word == "Infinity" ? HUGE_VAL : -HUGE_VAL);
  }
}

void DumpString(const std::string& text, std::string& out) {
  out += nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void DumpDouble(double value, std::string& out) {
  if (std::isnan(value)) {
    out += "NaN";
  } else if (std::isinf(value)) {
    out += value > 0 ? "Infinity" : "-Infinity";
  } else {
    out += nlohmann::json(value).dump();
  }
}

void NewLine(int indent, int depth, std::string& out) {
  if (indent < 0) return;
  out += '\n';
  out.append(static_cast<size_t>(indent) * depth, ' ');
}

void DumpTo(const Json& json, int indent, int depth, std::string& out) {
  if (json.is_null()) {
    out += "null";
  } else if (json.is_bool()) {
    out += json.AsBool() ? "true" : "false";
  } else if (json.is_int()) {
    out += std::to_string(json.AsInt());
  } else if (json.is_double()) {
    DumpDouble(json.AsDouble(), out);
  } else if (json.is_string()) {
    DumpString(json.AsString(), out);
  } else if (json.is_array()) {
    out += '[';
    bool first = true;
    for (const Json& item : json.AsArray()) {
      if (!first) out += indent < 0 ? ", " : ",";
      first = false;
      NewLine(indent, depth + 1, out);
      DumpTo(item, indent, depth + 1, out);
    }
    if (!first) NewLine(indent, depth, out);
    out += ']';
  } else {
    out += '{';
    bool first = true;
    for (const auto& [key, value] : json.AsObject()) {
      if (!first) out += indent < 0 ? ", " : ",";
      first = false;
      NewLine(indent, depth + 1, out);
      DumpString(key, out);
      out += ": ";
      DumpTo(value, indent, depth + 1, out);
    }
    if (!first) NewLine(indent, depth, out);
    out += '}';
  }
}

const Json& Null() {
  static const Json null;
  return null;
}

}  // namespace

absl::StatusOr<Json> Json::Parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.max_bytes) {
    return InvalidArgument("JSON: expected at most {} bytes, received {}", limits.max_bytes,
                           text.size());
  }
  const bool non_finite = text.find("NaN") != text.npos || text.find("Infinity") != text.npos;
  std::string quoted;
  if (non_finite) {
    quoted = QuoteNonFinite(text);
    text = quoted;
  }
  Reader reader(limits);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &reader)) {
    return InvalidArgument("JSON: {}", reader.error().empty() ? "malformed" : reader.error());
  }
  if (non_finite) RestoreNonFinite(reader.result());
  return std::move(reader.result());
}

std::string Json::Dump(int indent) const {
  std::string out;
  DumpTo(*this, indent, 0, out);
  return out;
}

std::string_view Json::kind() const {
  static constexpr std::string_view kNames[] = {"null",   "bool",  "int",   "float",
                                                "string", "array", "object"};
  return kNames[value_.index()];
}

bool Json::AsBool() const {
  CHECK(is_bool());
  return std::get<bool>(value_);
}

int64_t Json::AsInt() const {
  if (is_double()) return static_cast<int64_t>(std::get<double>(value_));
  CHECK(is_int());
  return std::get<int64_t>(value_);
}

double Json::AsDouble() const {
  if (is_int()) return static_cast<double>(std::get<int64_t>(value_));
  CHECK(is_double());
  return std::get<double>(value_);
}

const std::string& Json::AsString() const {
  CHECK(is_string());
  return std::get<std::string>(value_);
}

const Json::Array& Json::AsArray() const {
  CHECK(is_array());
  return std::get<Array>(value_);
}

Json::Array& Json::AsArray() {
  CHECK(is_array());
  return std::get<Array>(value_);
}

const Json::Object& Json::AsObject() const {
  CHECK(is_object());
  return std::get<Object>(value_);
}

Json::Object& Json::AsObject() {
  CHECK(is_object());
  return std::get<Object>(value_);
}

const Json& Json::operator[](std::string_view key) const {
  if (!is_object()) return Null();
  for (const auto& [name, value] : AsObject()) {
    if (name == key) return value;
  }
  return Null();
}

bool Json::Has(std::string_view key) const {
  if (!is_object()) return false;
  for (const auto& [name, value] : AsObject()) {
    if (name == key) return true;
  }
  return false;
}

void Json::Set(std::string_view key, Json value) {
  if (is_null()) value_ = Object();
  for (auto& [name, member] : AsObject()) {
    if (name == key) {
      member = std::move(value);
      return;
    }
  }
  AsObject().emplace_back(std::string(key), std::move(value));
}

void Json::Erase(std::string_view key) {
  if (!is_object()) return;
  std::erase_if(AsObject(), [&](const Member& member) { return member.first == key; });
}

void Json::Append(Json value) {
  if (is_null()) value_ = Array();
  AsArray().push_back(std::move(value));
}

size_t Json::size() const {
  if (is_array()) return AsArray().size();
  if (is_object()) return AsObject().size();
  return 0;
}

}  // namespace tricorn
