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

Nest<std::string> Model::output_name_structure() const {
  const std::vector<std::string> names = output_names();
  if (names.size() == 1) return names[0];
  return Nest<std::string>(Nest<std::string>::List(names.begin(), names.end()));
}

absl::StatusOr<std::shared_ptr<Layer>> Model::GetLayer(std::string_view name) const {
  std::string known;
  for (const std::shared_ptr<Layer>& layer : layers()) {
    if (layer->name() == name) return layer;
    known += (known.empty() ? "" : ", ") + layer->name();
  }
  return NotFound("{}: expected one of the layers {}, received '{}'", DisplayName(), known, name);
}

absl::StatusOr<std::shared_ptr<Layer>> Model::GetLayer(int64_t index) const {
  const std::vector<std::shared_ptr<Layer>> all = layers();
  const auto count = static_cast<int64_t>(all.size());
  if (index < -count || index >= count) {
    return NotFound("{}: expected the index of one of its {} layers, received {}", DisplayName(),
                    count, index);
  }
  return all[static_cast<size_t>(index < 0 ? index + count : index)];
}

std::vector<Tensor> Model::GetWeights() const {
  std::vector<Tensor> values;
  for (const Variable* variable : weights()) values.push_back(variable->value.Clone());
  return values;
}

absl::Status Model::SetWeights(const std::vector<Tensor>& values) {
  const std::vector<Variable*> variables = weights();
  if (values.size() != variables.size()) {
    return InvalidArgument("{}: expected {} weights, received {}", DisplayName(), variables.size(),
                           values.size());
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].shape() == variables[i]->type.shape) continue;
    return InvalidArgument("{}: expected shape {}, received {}", variables[i]->path,
                           variables[i]->type.shape.ToString(), values[i].shape().ToString());
  }
  for (size_t i = 0; i < values.size(); ++i) {
    variables[i]->value = values[i].Cast(variables[i]->type.dtype).Clone();
  }
  return absl::OkStatus();
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
