#include "core/keras/models/call_json.h"

namespace tricorn::keras {
namespace {

using Resolve = absl::FunctionRef<absl::StatusOr<KerasTensor>(const TensorHistory&)>;

bool HasTensor(const Json& json) {
  if (json.is_array()) {
    for (const Json& item : json.AsArray()) {
      if (HasTensor(item)) return true;
    }
    return false;
  }
  if (!json.is_object()) return false;
  if (json["class_name"] == Json("__keras_tensor__")) return true;
  for (const auto& [key, item] : json.AsObject()) {
    if (HasTensor(item)) return true;
  }
  return false;
}

absl::StatusOr<Nest<KerasTensor>> ParseArgument(const Json& json, Resolve resolve) {
  if (!HasTensor(json)) return Nest<KerasTensor>(json);
  if (json.is_array()) {
    Nest<KerasTensor>::List list;
    for (const Json& item : json.AsArray()) {
      ASSIGN_OR_RETURN(Nest<KerasTensor> value, ParseArgument(item, resolve));
      list.push_back(std::move(value));
    }
    return Nest<KerasTensor>(std::move(list));
  }
  if (json["class_name"] == Json("__keras_tensor__")) {
    ASSIGN_OR_RETURN(const TensorHistory history, ParseHistory(json["config"]["keras_history"]));
    ASSIGN_OR_RETURN(KerasTensor tensor, resolve(history));
    return Nest<KerasTensor>(std::move(tensor));
  }
  Nest<KerasTensor>::Dict dict;
  for (const auto& [key, item] : json.AsObject()) {
    ASSIGN_OR_RETURN(Nest<KerasTensor> value, ParseArgument(item, resolve));
    dict.emplace_back(key, std::move(value));
  }
  return Nest<KerasTensor>(std::move(dict));
}

absl::StatusOr<CallArguments<KerasTensor>> ParseLegacyCall(const Json& json, Resolve resolve) {
  std::vector<KerasTensor> tensors;
  for (const Json& item : json.AsArray()) {
    if (item.size() == 4 && item.AsArray()[3].is_object() && item.AsArray()[3].size() > 0) {
      return Unimplemented("inbound_nodes: expected Keras 2 calls without keywords, received {}",
                           item.AsArray()[3].Dump().substr(0, 60));
    }
    ASSIGN_OR_RETURN(const TensorHistory history, ParseHistory(item));
    ASSIGN_OR_RETURN(KerasTensor tensor, resolve(history));
    tensors.push_back(std::move(tensor));
  }
  return CallArguments<KerasTensor>::Of(tensors);
}

}  // namespace

absl::StatusOr<TensorHistory> ParseHistory(const Json& json) {
  if (!json.is_array() || json.size() < 3 || !json.AsArray()[0].is_string() ||
      !json.AsArray()[1].is_int() || !json.AsArray()[2].is_int()) {
    return InvalidArgument("tensor: expected [layer, call, output], received {}",
                           json.Dump().substr(0, 60));
  }
  const Json::Array& items = json.AsArray();
  return TensorHistory{items[0].AsString(), items[1].AsInt(), items[2].AsInt()};
}

absl::StatusOr<CallArguments<KerasTensor>> ParseCall(const Json& json, Resolve resolve) {
  if (json.is_array()) return ParseLegacyCall(json, resolve);
  if (!json["args"].is_array() || !json["kwargs"].is_object()) {
    return InvalidArgument("inbound_nodes: expected args and kwargs, received {}",
                           json.Dump().substr(0, 60));
  }
  CallArguments<KerasTensor> arguments;
  for (const Json& item : json["args"].AsArray()) {
    ASSIGN_OR_RETURN(Nest<KerasTensor> value, ParseArgument(item, resolve));
    arguments.args.push_back(std::move(value));
  }
  for (const auto& [key, item] : json["kwargs"].AsObject()) {
    ASSIGN_OR_RETURN(Nest<KerasTensor> value, ParseArgument(item, resolve));
    arguments.kwargs.emplace_back(key, std::move(value));
  }
  return arguments;
}

Json CallToJson(const CallNode& call, absl::FunctionRef<Json(const KerasTensor&)> history) {
  const auto tensor_json = [&](const KerasTensor& tensor) {
    return Json::MakeObject({{"class_name", "__keras_tensor__"},
                             {"config", Json::MakeObject({{"shape", ToJson(tensor.shape())},
                                                          {"dtype", Name(tensor.dtype())},
                                                          {"keras_history", history(tensor)}})}});
  };
  Json::Array args;
  for (const Nest<KerasTensor>& arg : call.arguments.args) {
    args.push_back(arg.MapToJson(tensor_json));
  }
  Json::Object kwargs;
  for (const auto& [key, arg] : call.arguments.kwargs) {
    kwargs.emplace_back(key, arg.MapToJson(tensor_json));
  }
  return Json::MakeObject({{"args", std::move(args)}, {"kwargs", std::move(kwargs)}});
}

}  // namespace tricorn::keras
