#include "core/keras/models/sequential.h"

#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/naming.h"

namespace tricorn::keras {

SequentialItem::SequentialItem(const KerasTensor& input) : status_(input.status()) {
  if (!input.ok()) return;
  layer_ = std::dynamic_pointer_cast<layers::InputLayer>(input.node()->operation);
  if (layer_ == nullptr) {
    status_ = InvalidArgument("Sequential: expected layers and tensors of Input(), received {}",
                              input.node()->operation->DisplayName());
  }
}

namespace models {
namespace {

const std::vector<KerasTensor>& NoTensors() {
  static const std::vector<KerasTensor> kNone;
  return kNone;
}

}  // namespace

Sequential::Sequential(std::vector<SequentialItem> items, LayerOptions options)
    : Model(std::move(options)) {
  for (const SequentialItem& item : items) {
    SetError(item.status());
    if (item.layer() == nullptr) return;
    if (!layers_.empty() && dynamic_cast<layers::InputLayer*>(item.layer().get()) != nullptr) {
      SetError(InvalidArgument("Sequential: expected an InputLayer at the start alone"));
      return;
    }
    layers_.push_back(item.layer());
  }
  SetError(NameOperations({layers_.begin(), layers_.end()}));
  if (layers_.size() < 2 || !status().ok()) return;
  if (auto* input = dynamic_cast<layers::InputLayer*>(layers_[0].get())) {
    SetError(BuildForInput(input->type()));
  } else if (auto* model = dynamic_cast<Model*>(layers_[0].get());
             model != nullptr && model->inputs().size() == 1) {
    SetError(BuildForInput(model->inputs()[0].type()));
  }
}

absl::Status Sequential::BuildForInput(const SymbolicType& type) {
  RETURN_IF_ERROR(status());
  return Build(CallArguments<SymbolicType>({Nest<SymbolicType>(type)}));
}

absl::Status Sequential::BuildFrom(std::span<const SymbolicType> inputs) {
  RETURN_IF_ERROR(status());
  if (inputs.size() != 1) {
    return InvalidArgument("expected one input, received {}", inputs.size());
  }
  if (layers_.empty()) return InvalidArgument("expected at least one layer");
  if (dynamic_cast<layers::InputLayer*>(layers_[0].get()) == nullptr) {
    SymbolicType type = inputs[0];
    layers_.insert(layers_.begin(), std::make_shared<layers::InputLayer>(InputConfig{
                                        .batch_shape = type.shape, .dtype = type.dtype}));
    RETURN_IF_ERROR(NameOperations({layers_.begin(), layers_.end()}));
  }
  return Chain(static_cast<layers::InputLayer&>(*layers_[0]).output());
}

absl::Status Sequential::Chain(const KerasTensor& input) {
  KerasTensor tensor = input;
  for (size_t i = 1; i < layers_.size(); ++i) {
    tensor = (*layers_[i])(tensor);
    RETURN_IF_ERROR(tensor.status());
  }
  functional_ = std::make_shared<Functional>(Nest<KerasTensor>(input), Nest<KerasTensor>(tensor));
  RETURN_IF_ERROR(functional_->status());
  AssignPaths("");
  return absl::OkStatus();
}

const std::vector<KerasTensor>& Sequential::inputs() const {
  return functional_ == nullptr ? NoTensors() : functional_->inputs();
}

const std::vector<KerasTensor>& Sequential::outputs() const {
  return functional_ == nullptr ? NoTensors() : functional_->outputs();
}

std::vector<std::shared_ptr<Layer>> Sequential::layers() const {
  const bool has_input =
      !layers_.empty() && dynamic_cast<layers::InputLayer*>(layers_[0].get()) != nullptr;
  return {layers_.begin() + (has_input ? 1 : 0), layers_.end()};
}

void Sequential::AssignPaths(const std::string&) {
  for (const std::shared_ptr<Layer>& layer : layers_) layer->AssignPaths(DisplayName() + "/");
}

ir::Values Sequential::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  if (!status().ok()) {
    context.builder().SetError(status());
    return {ir::Value(&context.builder(), -1)};
  }
  return functional_->CallWith(context, arguments);
}

Json Sequential::GetConfig() const {
  Json::Object config = OptionsConfig();
  Json::Array layers;
  for (const std::shared_ptr<Layer>& layer : layers_) layers.push_back(layer->Serialize());
  config.emplace_back("layers", std::move(layers));
  if (functional_ != nullptr) {
    config.emplace_back("build_input_shape", ToJson(functional_->inputs()[0].shape()));
  }
  return config;
}

absl::StatusOr<std::shared_ptr<Sequential>> Sequential::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  LayerOptions options;
  Json rest = json;
  RETURN_IF_ERROR(TakeConfig(rest, &options, deserializer));
  if (!json["layers"].is_array()) return WithSubject(WrongKind("array", json["layers"]), "layers");
  std::vector<SequentialItem> items;
  for (const Json& item : json["layers"].AsArray()) {
    ASSIGN_OR_RETURN(std::shared_ptr<Layer> layer, deserializer.Object<Layer>(item));
    items.emplace_back(std::move(layer));
  }
  auto model = std::make_shared<Sequential>(std::move(items), options);
  RETURN_IF_ERROR(model->status());
  if (model->functional_ == nullptr && json["build_input_shape"].is_array()) {
    SymbolicType type{options.dtype.compute_dtype(), {}};
    RETURN_IF_ERROR(FromJson(json["build_input_shape"], &type.shape));
    RETURN_IF_ERROR(model->BuildForInput(type));
  }
  return model;
}

}  // namespace models

Sequential::Sequential(std::initializer_list<SequentialItem> items, LayerOptions options)
    : Sequential(std::vector<SequentialItem>(items), std::move(options)) {}

Sequential::Sequential(std::vector<SequentialItem> items, LayerOptions options)
    : model_(std::make_shared<models::Sequential>(std::move(items), std::move(options))) {
  model_->InitializeNew();
}

}  // namespace tricorn::keras
