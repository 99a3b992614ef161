#include "core/keras/layers/core/input_layer.h"

namespace tricorn::keras {
namespace layers {

InputLayer::InputLayer(InputConfig config)
    : Layer({.name = std::move(config.name)}), optional_(config.optional) {
  type_.dtype = config.dtype;
  if (config.shape.has_value() == config.batch_shape.has_value()) {
    status_ = InvalidArgument("{}: expected either shape or batch_shape, received {}",
                              DisplayName(), config.shape ? "both" : "neither");
    return;
  }
  if (config.batch_shape) {
    type_.shape = *std::move(config.batch_shape);
  } else {
    type_.shape = *std::move(config.shape);
    type_.shape.insert(type_.shape.begin(), config.batch_size);
  }
  for (const std::optional<int64_t>& length : type_.shape) {
    if (length && *length < 0) {
      status_ = InvalidArgument("{}: expected lengths of at least 0, received shape {}",
                                DisplayName(), ToString(type_.shape));
    }
  }
}

Json InputLayer::GetConfig() const {
  return Json::MakeObject({{"batch_shape", ToJson(type_.shape)},
                           {"dtype", Name(type_.dtype)},
                           {"sparse", false},
                           {"ragged", false},
                           {"name", DisplayName()},
                           {"optional", optional_}});
}

absl::StatusOr<std::shared_ptr<InputLayer>> InputLayer::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  Json rest = json;
  for (const char* flag : {"sparse", "ragged"}) {
    if (rest[flag].is_bool() && rest[flag].AsBool()) {
      return Unimplemented("{}: expected dense inputs, received true", flag);
    }
    rest.Erase(flag);
  }
  for (const char* absent : {"input_tensor", "trainable", "dtype"}) {
    if (rest[absent].is_null() || absent == std::string_view("trainable")) rest.Erase(absent);
  }
  InputConfig config;
  RETURN_IF_ERROR(DecodeConfig(rest, &config, deserializer));
  auto layer = std::make_shared<InputLayer>(std::move(config));
  RETURN_IF_ERROR(layer->status_);
  return layer;
}

KerasTensor InputLayer::output() {
  if (!status_.ok()) return KerasTensor(status_);
  std::shared_ptr<const CallNode> source = source_.lock();
  if (source == nullptr) source_ = source = SourceNode(type_);
  return KerasTensor(std::move(source), 0);
}

}  // namespace layers

KerasTensor Input(InputConfig config) {
  return std::make_shared<layers::InputLayer>(std::move(config))->output();
}

}  // namespace tricorn::keras
