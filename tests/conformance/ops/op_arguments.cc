#include "tests/conformance/ops/op_arguments.h"

#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::conformance {
namespace {

// The items of {"list": [...]} or {"tuple": [...]}; null for others.
const Json& ItemsOf(const Json& encoded) {
  return encoded.Has("list") ? encoded["list"] : encoded["tuple"];
}

}  // namespace

void OpArguments::SetError(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

const Json* OpArguments::Find(size_t position, std::string_view name) {
  const Json::Array& args = call_["args"].AsArray();
  const Json* found = nullptr;
  if (position < args.size()) {
    used_positions_.insert(position);
    found = &args[position];
  } else if (call_["kwargs"].Has(name)) {
    used_keywords_.insert(std::string(name));
    found = &call_["kwargs"][name];
  }
  if (found != nullptr && found->Has("value") && (*found)["value"].is_null()) return nullptr;
  return found;
}

const Json* OpArguments::FindLiteral(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  if (encoded == nullptr) return nullptr;
  if (encoded->Has("value")) return &(*encoded)["value"];
  SetError(Unimplemented("argument '{}' as {}", name, encoded->Dump()));
  return nullptr;
}

bool OpArguments::Has(size_t position, std::string_view name) {
  return Find(position, name) != nullptr;
}

ir::Value OpArguments::ArrayNamed(const Json& name) {
  const auto known = name.is_string() ? arrays_.find(name.AsString()) : arrays_.end();
  if (known != arrays_.end()) return known->second;
  absl::StatusOr<Tensor> tensor = test_.Array(name);
  if (!tensor.ok()) {
    SetError(tensor.status());
    return ops::Scalar(builder(), 0, DType::kF32);
  }
  return arrays_[name.AsString()] = traced_.Input(name.AsString(), *std::move(tensor));
}

ir::Value OpArguments::Array(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  if (encoded != nullptr && encoded->Has("array")) return ArrayNamed((*encoded)["array"]);
  SetError(
      Unimplemented("argument '{}' as {}", name, encoded == nullptr ? "none" : encoded->Dump()));
  return ops::Scalar(builder(), 0, DType::kF32);
}

ir::Values OpArguments::Arrays(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  ir::Values values;
  if (encoded != nullptr && ItemsOf(*encoded).is_array()) {
    for (const Json& item : ItemsOf(*encoded).AsArray())
      values.push_back(ArrayNamed(item["array"]));
  }
  if (!values.empty()) return values;
  SetError(Unimplemented("argument '{}': expected a list of arrays", name));
  return {ops::Scalar(builder(), 0, DType::kF32)};
}

ops::Arg OpArguments::ArrayOrNumber(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  if (encoded == nullptr || !encoded->Has("value")) return Array(position, name);
  const Json& value = (*encoded)["value"];
  if (value.is_int()) return value.AsInt();
  if (value.is_double()) return value.AsDouble();
  SetError(Unimplemented("argument '{}' as {}", name, value.Dump()));
  return 0;
}

int64_t OpArguments::Int(size_t position, std::string_view name, int64_t otherwise) {
  const Json* value = FindLiteral(position, name);
  if (value == nullptr) return otherwise;
  if (value->is_int()) return value->AsInt();
  SetError(Unimplemented("argument '{}' as {}", name, value->Dump()));
  return otherwise;
}

double OpArguments::Number(size_t position, std::string_view name, double otherwise) {
  const Json* value = FindLiteral(position, name);
  if (value == nullptr) return otherwise;
  if (value->is_number()) return value->AsDouble();
  SetError(Unimplemented("argument '{}' as {}", name, value->Dump()));
  return otherwise;
}

bool OpArguments::Flag(size_t position, std::string_view name, bool otherwise) {
  const Json* value = FindLiteral(position, name);
  if (value == nullptr) return otherwise;
  if (value->is_bool()) return value->AsBool();
  SetError(Unimplemented("argument '{}' as {}", name, value->Dump()));
  return otherwise;
}

std::string OpArguments::Text(size_t position, std::string_view name, std::string otherwise) {
  const Json* value = FindLiteral(position, name);
  if (value == nullptr) return otherwise;
  if (value->is_string()) return value->AsString();
  SetError(Unimplemented("argument '{}' as {}", name, value->Dump()));
  return otherwise;
}

bool OpArguments::IsList(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  return encoded != nullptr && ItemsOf(*encoded).is_array();
}

ops::Axes OpArguments::Ints(size_t position, std::string_view name) {
  const Json* encoded = Find(position, name);
  if (encoded == nullptr) return {};
  if (!ItemsOf(*encoded).is_array()) return {Int(position, name, 0)};
  return IntsIn(ItemsOf(*encoded), name);
}

ops::Axes OpArguments::IntsIn(const Json& items, std::string_view name) {
  ops::Axes ints;
  if (items.is_array()) {
    for (const Json& item : items.AsArray()) {
      if (item["value"].is_int()) ints.push_back(item["value"].AsInt());
    }
  }
  if (ints.size() != items.size()) {
    SetError(Unimplemented("argument '{}': {} as integers", name, items.Dump()));
  }
  return ints;
}

std::vector<ops::Axes> OpArguments::IntLists(size_t position, std::string_view name) {
  std::vector<ops::Axes> lists;
  const Json* encoded = Find(position, name);
  if (encoded == nullptr || !ItemsOf(*encoded).is_array()) return lists;
  for (const Json& item : ItemsOf(*encoded).AsArray()) lists.push_back(IntsIn(ItemsOf(item), name));
  return lists;
}

absl::Status OpArguments::status() const {
  RETURN_IF_ERROR(status_);
  for (size_t i = 0; i < call_["args"].size(); ++i) {
    if (!used_positions_.contains(i)) return Unimplemented("argument {}", i);
  }
  for (const auto& [name, value] : call_["kwargs"].AsObject()) {
    if (!used_keywords_.contains(name)) return Unimplemented("argument '{}'", name);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::conformance
