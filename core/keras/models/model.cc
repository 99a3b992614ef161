#include "core/keras/models/model.h"

namespace tricorn::keras {
namespace {

std::vector<std::string> ProducerNames(const std::vector<KerasTensor>& tensors) {
  std::vector<std::string> names;
  for (const KerasTensor& tensor : tensors) {
    names.push_back(tensor.node()->operation->DisplayName());
  }
  return names;
}

}  // namespace

std::vector<std::string> Model::input_names() const { return ProducerNames(inputs()); }
std::vector<std::string> Model::output_names() const { return ProducerNames(outputs()); }

absl::StatusOr<std::shared_ptr<Layer>> Model::GetLayer(std::string_view name) const {
  std::string known;
  for (const std::shared_ptr<Layer>& layer : layers()) {
    if (layer->name() == name) return layer;
    known += (known.empty() ? "" : ", ") + layer->name();
  }
  return NotFound("{}: expected one of the layers {}, received '{}'", DisplayName(), known, name);
}

ir::Values Model::Apply(CallContext& context, ir::Operands inputs) {
  return CallWith(context, CallArguments<ir::Value>::Of({inputs.begin(), inputs.end()}));
}

void Model::InitializeNew() {
  if (status_.ok()) SetError(Initialize(0, /*only_missing=*/true));
}

std::vector<Layer::Child> Model::children() const {
  std::vector<Child> children;
  for (std::shared_ptr<Layer>& layer : layers()) {
    children.push_back({.attribute = "layers", .in_list = true, .layer = std::move(layer)});
  }
  return children;
}

Json Model::Serialize() const {
  Json json = Layer::Serialize();
  json.Set("compile_config", compile_config_.is_null() ? Json::MakeObject({}) : compile_config_);
  return json;
}

}  // namespace tricorn::keras
