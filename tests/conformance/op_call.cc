#include "tests/conformance/op_call.h"

#include "core/base/status.h"

namespace tricorn::conformance {
namespace {

using Argument = keras::Nest<ir::Value>;

class Reader {
 public:
  Reader(const Case& test, Traced& traced, std::map<std::string, ir::Value>& arrays)
      : test_(test), traced_(traced), arrays_(arrays) {}

  absl::StatusOr<Argument> Read(const Json& encoded) {
    if (encoded.Has("array")) return ReadArray(encoded["array"]);
    if (encoded.Has("value")) return Argument(encoded["value"]);
    const Json& items = encoded.Has("list") ? encoded["list"] : encoded["tuple"];
    if (!items.is_array()) return DataLoss("expected an argument, got {}", encoded.Dump());
    Argument::List list;
    for (const Json& item : items.AsArray()) {
      ASSIGN_OR_RETURN(list.emplace_back(), Read(item));
    }
    return Plain(std::move(list));
  }

 private:
  absl::StatusOr<Argument> ReadArray(const Json& name) {
    ASSIGN_OR_RETURN(Tensor tensor, test_.Array(name));
    ir::Value& value = arrays_[name.AsString()];
    if (!value) value = traced_.Input(name.AsString(), std::move(tensor));
    return Argument(value);
  }

  // A list without arrays is a literal, as in a saved model.
  static Argument Plain(Argument::List list) {
    Json::Array literals;
    for (const Argument& item : list) {
      if (!item.is_literal()) return Argument(std::move(list));
      literals.push_back(item.literal());
    }
    return Argument(Json(std::move(literals)));
  }

  const Case& test_;
  Traced& traced_;
  std::map<std::string, ir::Value>& arrays_;
};

}  // namespace

absl::StatusOr<OpCallArguments> ReadOpCall(const Case& test, const Json& call, Traced& traced) {
  OpCallArguments result;
  Reader reader(test, traced, result.arrays);
  for (const Json& argument : call["args"].AsArray()) {
    ASSIGN_OR_RETURN(result.call.args.emplace_back(), reader.Read(argument));
  }
  for (const auto& [name, argument] : call["kwargs"].AsObject()) {
    ASSIGN_OR_RETURN(Argument value, reader.Read(argument));
    result.call.kwargs.emplace_back(name, std::move(value));
  }
  return result;
}

}  // namespace tricorn::conformance
