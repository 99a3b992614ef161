#include "core/keras/saving/legacy_config.h"

#include <array>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// Keras 2's arguments of layers that say how to compute, not what.
constexpr std::array<std::string_view, 5> kDroppedOfLayers = {"batch_input_shape", "time_major",
                                                              "implementation", "ragged", "sparse"};
constexpr std::array<std::string_view, 4> kDroppedOfOptimizers = {"decay", "jit_compile",
                                                                  "is_legacy_optimizer", "lr"};

bool IsModel(const Json& json) {
  const Json& name = json["class_name"];
  return name == Json("Sequential") || name == Json("Functional") || name == Json("Model");
}

Json* Member(Json& json, std::string_view key) {
  if (!json.is_object()) return nullptr;
  for (auto& [name, value] : json.AsObject()) {
    if (name == key) return &value;
  }
  return nullptr;
}

absl::Status ConvertModel(Json& json, int depth);

absl::Status ConvertLayer(Json& json, int depth) {
  if (IsModel(json)) return ConvertModel(json, depth + 1);
  Json* config = Member(json, "config");
  if (config == nullptr || !config->is_object()) return absl::OkStatus();
  if (json["class_name"] == Json("InputLayer") && config->Has("batch_input_shape")) {
    config->Set("batch_shape", (*config)["batch_input_shape"]);
  }
  if (json["class_name"] == Json("BatchNormalization") && (*config)["axis"].size() == 1) {
    config->Set("axis", Json((*config)["axis"].AsArray()[0]));
  }
  for (const std::string_view key : kDroppedOfLayers) config->Erase(key);
  // Wrappers hold layers, cells and lists of cells.
  for (const std::string_view key : {"layer", "backward_layer", "cell"}) {
    if (Json* inner = Member(*config, key)) RETURN_IF_ERROR(ConvertLayer(*inner, depth));
  }
  return absl::OkStatus();
}

// Keras 2's Sequential may give its input shape to the first layer.
void AddInputLayer(Json::Array& layers) {
  if (layers.empty() || layers[0]["class_name"] == Json("InputLayer")) return;
  const Json shape = layers[0]["config"]["batch_input_shape"];
  if (!shape.is_array()) return;
  const Json& dtype = layers[0]["config"]["dtype"];
  Json config = Json::MakeObject({{"batch_shape", shape}, {"name", "input_layer"}});
  if (dtype.is_string()) config.Set("dtype", dtype);
  layers.insert(layers.begin(),
                Json::MakeObject({{"class_name", "InputLayer"}, {"config", std::move(config)}}));
}

absl::Status ConvertModel(Json& json, int depth) {
  constexpr int kMaxDepth = 40;
  if (depth > kMaxDepth) {
    return InvalidArgument("expected models nested at most {} deep", kMaxDepth);
  }
  Json* config = Member(json, "config");
  if (config != nullptr && config->is_array()) {  // Sequential of Keras 1
    *config = Json::MakeObject({{"layers", *config}});
  }
  Json* layers = config == nullptr ? nullptr : Member(*config, "layers");
  if (layers == nullptr || !layers->is_array()) {
    return InvalidArgument("model_config: expected a model with layers, received {}",
                           json.Dump().substr(0, 60));
  }
  if (json["class_name"] == Json("Sequential")) AddInputLayer(layers->AsArray());
  for (Json& layer : layers->AsArray()) RETURN_IF_ERROR(ConvertLayer(layer, depth));
  return absl::OkStatus();
}

// What Keras 2 calls the class of an object: a user's by its registered name.
Json LegacyClassName(const Json& json) {
  const Json& registered = json["registered_name"];
  const bool is_own =
      registered.is_string() && registered.AsString().find('>') != std::string::npos;
  return is_own ? registered : json["class_name"];
}

// Only the name and config of a serialized object, and those of losses and metrics in lists.
Json Strip(const Json& json) {
  if (json.is_array()) {
    Json::Array items;
    for (const Json& item : json.AsArray()) items.push_back(Strip(item));
    return items;
  }
  if (!json.is_object()) return json;
  if (json.Has("class_name") && json.Has("config")) {
    return Json::MakeObject({{"class_name", LegacyClassName(json)}, {"config", json["config"]}});
  }
  Json::Object members;
  for (const auto& [key, value] : json.AsObject()) members.emplace_back(key, Strip(value));
  return members;
}

void StripModel(Json& json) {
  if (json.Has("registered_name")) json.Set("class_name", LegacyClassName(json));
  for (const std::string_view key :
       {"module", "registered_name", "build_config", "compile_config"}) {
    json.Erase(key);
  }
  Json* config = Member(json, "config");
  Json* layers = config == nullptr ? nullptr : Member(*config, "layers");
  if (!IsModel(json) || layers == nullptr || !layers->is_array()) return;
  for (Json& layer : layers->AsArray()) {
    const Json& module = layer["module"];
    // An op of keras.ops is told from a layer of its name by the module alone.
    const bool is_op = module.is_string() && module.AsString().starts_with("keras.src.ops.");
    if (!is_op) StripModel(layer);
  }
}

// What Keras 3's `.keras` files say of each object besides: where its class is. `json` is an object
// of `module`, or a list or dictionary of them; "package>Name" is a class of one's own.
void AddModules(Json& json, std::string_view module) {
  if (json.is_array()) {
    for (Json& item : json.AsArray()) AddModules(item, module);
  } else if (json.is_object() && json.Has("class_name") && json.Has("config")) {
    if (json.Has("module") || !json["class_name"].is_string()) return;
    const std::string name = json["class_name"].AsString();
    const size_t end = name.find('>');
    const bool is_own = end != std::string::npos;
    json = Json::MakeObject({{"module", is_own ? Json() : Json(std::string(module))},
                             {"class_name", is_own ? name.substr(end + 1) : name},
                             {"config", json["config"]},
                             {"registered_name", is_own ? Json(name) : Json()}});
  } else if (json.is_object()) {
    for (auto& [key, value] : json.AsObject()) AddModules(value, module);
  }
}

}  // namespace

absl::StatusOr<Json> FromLegacyModelConfig(const Json& config) {
  Json json = config;
  if (!IsModel(json)) {
    return InvalidArgument("model_config: expected a Sequential or Functional model, received {}",
                           json.Dump().substr(0, 60));
  }
  RETURN_IF_ERROR(ConvertModel(json, 0));
  return json;
}

Json FromLegacyTrainingConfig(const Json& config) {
  if (!config.is_object()) return {};
  Json compile = Json::MakeObject({});
  for (const std::string_view key : {"loss", "loss_weights", "metrics", "weighted_metrics"}) {
    Json value = config[key];
    AddModules(value, key == "loss" ? "keras.losses" : "keras.metrics");
    compile.Set(key, std::move(value));
  }
  Json optimizer = config["optimizer_config"];
  if (Json* arguments = Member(optimizer, "config"); arguments != nullptr) {
    if (arguments->is_object()) {
      if (!arguments->Has("learning_rate") && arguments->Has("lr")) {
        arguments->Set("learning_rate", Json((*arguments)["lr"]));
      }
      for (const std::string_view key : kDroppedOfOptimizers) arguments->Erase(key);
      if (Json* rate = Member(*arguments, "learning_rate")) {
        AddModules(*rate, "keras.optimizers.schedules");
      }
    }
  }
  AddModules(optimizer, "keras.optimizers");
  compile.Set("optimizer", std::move(optimizer));
  return compile;
}

Json ToLegacyModelConfig(const Json& serialized) {
  Json json = serialized;
  StripModel(json);
  return json;
}

Json ToLegacyTrainingConfig(const Json& compile_config) {
  Json config = Json::MakeObject({});
  for (const auto& [key, value] : compile_config.AsObject()) {
    if (key == "auto_scale_loss") continue;
    config.Set(key == "optimizer" ? "optimizer_config" : key, Strip(value));
  }
  return config;
}

}  // namespace tricorn::keras
