#include "core/keras/layers/preprocessing/pipeline.h"

#include "core/keras/serialization/config.h"

namespace tricorn::keras::layers {

absl::Status Pipeline::BuildFrom(std::span<const SymbolicType> inputs) {
  if (inputs.size() != 1) return InvalidArgument("expected one input, received {}", inputs.size());
  std::vector<SymbolicType> types(inputs.begin(), inputs.end());
  for (const std::shared_ptr<Layer>& layer : layers_) {
    const auto arguments = CallArguments<SymbolicType>::Of(types);
    build_configs_.push_back(Json::MakeObject({{"input_shape", ToJson(types[0].shape)}}));
    RETURN_IF_ERROR(WithSubject(layer->Build(arguments), layer->DisplayName()));
    absl::StatusOr<std::vector<SymbolicType>> outputs = layer->OutputTypes(arguments);
    if (!outputs.ok()) return outputs.status();
    if (outputs->size() != 1) {
      return InvalidArgument("{}: expected one output, received {}", layer->DisplayName(),
                             outputs->size());
    }
    types = *std::move(outputs);
  }
  return absl::OkStatus();
}

ir::Value Pipeline::Call(CallContext& context, ir::Value x) {
  for (const std::shared_ptr<Layer>& layer : layers_) {
    const ir::Values outputs = layer->CallWith(context, CallArguments<ir::Value>::Of({x}));
    if (!context.builder().ok()) return ir::Value(&context.builder(), -1);
    x = outputs[0];
  }
  return x;
}

std::vector<Layer::Child> Pipeline::children() const {
  std::vector<Child> children;
  for (const std::shared_ptr<Layer>& layer : layers_) {
    children.push_back({.attribute = "layers", .in_list = true, .layer = layer});
  }
  return children;
}

Json Pipeline::GetConfig() const {
  Json::Array layers;
  for (size_t i = 0; i < layers_.size(); ++i) {
    Json& layer = layers.emplace_back(layers_[i]->Serialize());
    if (i < build_configs_.size()) layer.Set("build_config", build_configs_[i]);
  }
  return Json::MakeObject({{"layers", std::move(layers)}, {"name", DisplayName()}});
}

absl::StatusOr<std::shared_ptr<Pipeline>> Pipeline::FromConfig(const Json& json,
                                                               const Deserializer& deserializer) {
  LayerOptions options;
  Json rest = json;
  RETURN_IF_ERROR(TakeConfig(rest, &options, deserializer));
  if (!json["layers"].is_array()) return WithSubject(WrongKind("array", json["layers"]), "layers");
  std::vector<std::shared_ptr<Layer>> layers;
  for (const Json& item : json["layers"].AsArray()) {
    ASSIGN_OR_RETURN(layers.emplace_back(), deserializer.Object<Layer>(item));
  }
  return std::make_shared<Pipeline>(std::move(layers), std::move(options));
}

}  // namespace tricorn::keras::layers
