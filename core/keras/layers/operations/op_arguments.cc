#include "core/keras/layers/operations/op_arguments.h"

#include <algorithm>
#include <limits>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {
namespace {

using ir::Value;

std::vector<std::string_view> Words(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

bool IsNone(const Nest<Value>& argument) {
  return argument.is_literal() && argument.literal().is_null();
}

// Numbers, bool and nested lists of them, row by row; `shape` is of the first that is met.
absl::Status ReadNumbers(const Json& json, int depth, std::vector<int64_t>& shape,
                         std::vector<double>& values, DType& dtype) {
  if (depth > 32) return InvalidArgument("expected lists nested at most 32 deep");
  if (json.is_array()) {
    const auto size = static_cast<int64_t>(json.size());
    if (static_cast<int>(shape.size()) == depth && values.empty()) shape.push_back(size);
    if (static_cast<int>(shape.size()) <= depth || shape[static_cast<size_t>(depth)] != size) {
      return InvalidArgument("expected rows of one length, received {}", json.Dump().substr(0, 60));
    }
    for (const Json& item : json.AsArray()) {
      RETURN_IF_ERROR(ReadNumbers(item, depth + 1, shape, values, dtype));
    }
    return absl::OkStatus();
  }
  if (static_cast<int>(shape.size()) != depth) {
    return InvalidArgument("expected rows of one length, received {}", json.Dump().substr(0, 60));
  }
  if (json.is_bool()) {
    values.push_back(json.AsBool() ? 1 : 0);
  } else if (json.is_number()) {
    values.push_back(json.AsDouble());
    dtype = json.is_int() ? ops::Promote(dtype, DType::kI32) : DType::kF32;
  } else {
    return InvalidArgument("expected numbers, received {}", json.Dump().substr(0, 60));
  }
  return absl::OkStatus();
}

// Numbers as Keras makes tensors of them: integers are int32, fractions float32. An array that
// Keras serialized says its dtype.
absl::StatusOr<Tensor> LiteralTensor(const Json& json) {
  const bool is_serialized =
      json["class_name"] == Json("__numpy__") || json["class_name"] == Json("__tensor__");
  std::vector<int64_t> shape;
  std::vector<double> values;
  DType dtype = DType::kBool;
  RETURN_IF_ERROR(
      ReadNumbers(is_serialized ? json["config"]["value"] : json, 0, shape, values, dtype));
  if (values.empty() && !is_serialized) dtype = DType::kF32;
  if (is_serialized) RETURN_IF_ERROR(FromJson(json["config"]["dtype"], &dtype));
  return tricorn::Tensor::From<double>(Shape(std::move(shape)), values).Cast(dtype);
}

std::optional<double> AsNumber(const Json& json) {
  if (json.is_number()) return json.AsDouble();
  if (json.is_bool()) return json.AsBool() ? 1 : 0;
  if (json == Json("inf")) return std::numeric_limits<double>::infinity();
  if (json == Json("-inf")) return -std::numeric_limits<double>::infinity();
  if (json == Json("nan")) return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

}  // namespace

OpArguments::OpArguments(ir::Builder& builder, std::string_view parameters,
                         const CallArguments<Value>& call, const Json& config)
    : builder_(builder), parameters_(parameters) {
  if (config.is_object()) {
    for (const auto& [name, value] : config.AsObject()) Bind(name, Nest<Value>(value));
  }
  size_t next = 0;
  for (const std::string_view name : Words(parameters)) {
    if (name.starts_with("**")) break;
    if (name.starts_with("*")) {
      typename Nest<Value>::List rest(call.args.begin() + static_cast<int64_t>(next),
                                      call.args.end());
      next = call.args.size();
      Bind(name, Nest<Value>(std::move(rest)));
    } else if (next < call.args.size() && !bound_.contains(name)) {
      Bind(name, call.args[next++]);
    }
  }
  if (next < call.args.size()) {
    Error(InvalidArgument("expected arguments ({}), received {} more", parameters,
                          call.args.size() - next));
  }
  for (const auto& [name, value] : call.kwargs) Bind(name, value);
}

void OpArguments::Bind(std::string_view name, Nest<Value> value) {
  const std::vector<std::string_view> names = Words(parameters_);
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    if (!names.empty() && names.back().starts_with("**")) {
      keywords_.emplace_back(std::string(name), std::move(value));
    } else {
      Error(InvalidArgument("{}: expected one of ({})", name, parameters_));
    }
    return;
  }
  if (name.starts_with("*")) name.remove_prefix(1);
  if (!bound_.try_emplace(std::string(name), std::move(value)).second) {
    Error(InvalidArgument("{}: expected once, received twice", name));
  }
}

Value OpArguments::Error(const absl::Status& status) const {
  builder_.SetError(status);
  return Value(&builder_, -1);
}

const Nest<Value>* OpArguments::Find(std::string_view name) const {
  const auto it = bound_.find(name);
  return it == bound_.end() || IsNone(it->second) ? nullptr : &it->second;
}

const Json& OpArguments::Literal(std::string_view name) const {
  static const Json kNull;
  const Nest<Value>* argument = Find(name);
  return argument != nullptr && argument->is_literal() ? argument->literal() : kNull;
}

bool OpArguments::IsList(std::string_view name) const {
  const Nest<Value>* argument = Find(name);
  return argument != nullptr && (argument->is_list() || Literal(name).is_array());
}

Value OpArguments::ToTensor(const Nest<Value>& argument, std::string_view name) const {
  if (argument.is_leaf()) return argument.leaf();
  if (argument.is_list() && !argument.list().empty()) {
    ir::Values items;
    for (const Nest<Value>& item : argument.list()) items.push_back(ToTensor(item, name));
    return builder_.ok() ? ops::Stack(items, 0) : Value(&builder_, -1);
  }
  if (!argument.is_literal()) return Error(InvalidArgument("{}: expected a tensor", name));
  if (const std::optional<double> number = AsNumber(argument.literal());
      number && argument.literal().is_string()) {
    return ops::Scalar(builder_, *number, DType::kF32);
  }
  absl::StatusOr<tricorn::Tensor> tensor = LiteralTensor(argument.literal());
  return tensor.ok() ? builder_.Constant(*std::move(tensor))
                     : Error(WithSubject(tensor.status(), name));
}

Value OpArguments::Tensor(std::string_view name) const {
  const Nest<Value>* argument = Find(name);
  if (argument == nullptr) return Error(InvalidArgument("{}: expected a tensor", name));
  return ToTensor(*argument, name);
}

ops::Arg OpArguments::TensorOrNumber(std::string_view name) const {
  const Json& literal = Literal(name);
  if (literal.is_int()) return literal.AsInt();
  if (const std::optional<double> number = AsNumber(literal); number && !literal.is_bool()) {
    return *number;
  }
  return Tensor(name);
}

ir::Values OpArguments::Tensors(std::string_view name) const {
  ir::Values tensors;
  const Nest<Value>* argument = Find(name);
  if (argument != nullptr && argument->is_list()) {
    for (const Nest<Value>& item : argument->list()) tensors.push_back(ToTensor(item, name));
  } else if (argument != nullptr && Literal(name).is_array()) {
    for (const Json& item : Literal(name).AsArray()) {
      tensors.push_back(ToTensor(Nest<Value>(item), name));
    }
  } else if (argument != nullptr) {
    const Value stacked = Tensor(name);
    for (const Value& row : ops::Split(stacked, stacked.dim(0), 0)) {
      tensors.push_back(ops::Squeeze(row, {0}));
    }
  }
  if (tensors.empty()) {
    tensors.push_back(Error(InvalidArgument("{}: expected a list of tensors", name)));
  }
  return tensors;
}

int64_t OpArguments::Int(std::string_view name, std::optional<int64_t> otherwise) const {
  if (!Has(name) && otherwise) return *otherwise;
  const Json& literal = Literal(name);
  if (literal.is_int()) return literal.AsInt();
  Error(
      InvalidArgument("{}: expected an integer, received {}", name, literal.Dump().substr(0, 60)));
  return otherwise.value_or(0);
}

double OpArguments::Number(std::string_view name, std::optional<double> otherwise) const {
  if (!Has(name) && otherwise) return *otherwise;
  if (const std::optional<double> number = AsNumber(Literal(name))) return *number;
  Error(InvalidArgument("{}: expected a number, received {}", name,
                        Literal(name).Dump().substr(0, 60)));
  return otherwise.value_or(0);
}

bool OpArguments::Flag(std::string_view name, bool otherwise) const {
  if (!Has(name)) return otherwise;
  const Json& literal = Literal(name);
  if (literal.is_bool()) return literal.AsBool();
  Error(InvalidArgument("{}: expected true or false, received {}", name,
                        literal.Dump().substr(0, 60)));
  return otherwise;
}

std::string OpArguments::Text(std::string_view name, std::optional<std::string> otherwise) const {
  if (!Has(name) && otherwise) return *otherwise;
  const Json& literal = Literal(name);
  if (literal.is_string()) return literal.AsString();
  Error(InvalidArgument("{}: expected text, received {}", name, literal.Dump().substr(0, 60)));
  return otherwise.value_or("");
}

DType OpArguments::Dtype(std::string_view name, DType otherwise) const {
  if (!Has(name)) return otherwise;
  const absl::StatusOr<DType> dtype = ParseDType(Text(name, ""));
  if (dtype.ok()) return *dtype;
  Error(WithSubject(dtype.status(), name));
  return otherwise;
}

ops::Axes OpArguments::Ints(std::string_view name) const {
  ops::Axes ints;
  if (!Has(name)) return ints;
  const Json& literal = Literal(name);
  const absl::Status status =
      literal.is_array() ? FromJson(literal, &ints) : FromJson(literal, &ints.emplace_back());
  if (!status.ok()) Error(WithSubject(status, name));
  return ints;
}

std::vector<ops::Axes> OpArguments::IntLists(std::string_view name) const {
  std::vector<ops::Axes> lists;
  const Json& literal = Literal(name);
  if (!literal.is_array()) return lists;
  for (const Json& item : literal.AsArray()) {
    ops::Axes& ints = lists.emplace_back();
    const absl::Status status =
        item.is_array() ? FromJson(item, &ints) : FromJson(item, &ints.emplace_back());
    if (!status.ok()) Error(WithSubject(status, name));
  }
  return lists;
}

int64_t OpArguments::LengthFrom(Value count) {
  if (length_) return *length_;
  if (!unknown_length_) unknown_length_ = count;
  return 0;
}

}  // namespace tricorn::keras
