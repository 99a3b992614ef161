#include "core/keras/saving/weights.h"

#include "core/keras/saving/layer_walk.h"

namespace tricorn::keras {
namespace {

std::string VarsPath(const std::string& path) { return path.empty() ? "vars" : path + "/vars"; }

}  // namespace

absl::StatusOr<std::vector<Tensor>> VarsInOrder(const Hdf5Group& vars) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < vars.datasets.size(); ++i) {
    const auto it = vars.datasets.find(std::to_string(i));
    if (it == vars.datasets.end()) {
      return InvalidArgument("expected datasets 0 to {}, received no {}", vars.datasets.size() - 1,
                             i);
    }
    tensors.push_back(it->second);
  }
  return tensors;
}

Hdf5Group VarsGroup(const std::string& name, const std::vector<Tensor>& tensors) {
  Hdf5Group vars;
  vars.attributes["name"] = name;
  for (size_t i = 0; i < tensors.size(); ++i) {
    const bool half = tensors[i].dtype() == DType::kBF16;
    vars.datasets[std::to_string(i)] = half ? tensors[i].Cast(DType::kF32) : tensors[i];
  }
  return vars;
}

absl::StatusOr<Hdf5Group> WeightsToHdf5(Model& model) {
  RETURN_IF_ERROR(model.status());
  Hdf5Group root;
  RETURN_IF_ERROR(WalkLayers(model, [&](const std::string& path, Layer& layer) -> absl::Status {
    ASSIGN_OR_RETURN(const std::vector<Tensor> tensors, layer.SavedValues());
    root.Make(VarsPath(path)) = VarsGroup(layer.DisplayName(), tensors);
    return absl::OkStatus();
  }));
  return root;
}

absl::Status WeightsFromHdf5(const Hdf5Group& weights, Model& model) {
  RETURN_IF_ERROR(model.status());
  std::vector<std::pair<Variable*, Tensor>> values;
  std::vector<Layer*> loaded;
  RETURN_IF_ERROR(WalkLayers(model, [&](const std::string& path, Layer& layer) -> absl::Status {
    const std::vector<Variable*> variables = layer.saved_variables();
    const Hdf5Group* vars = weights.Find(VarsPath(path));
    const size_t received = vars == nullptr ? 0 : vars->datasets.size();
    if (received != variables.size()) {
      return InvalidArgument("{} ({}): expected {} variables, received {}", layer.DisplayName(),
                             VarsPath(path), variables.size(), received);
    }
    if (received == 0) return absl::OkStatus();
    loaded.push_back(&layer);
    absl::StatusOr<std::vector<Tensor>> tensors = VarsInOrder(*vars);
    if (!tensors.ok()) return WithSubject(tensors.status(), VarsPath(path));
    for (size_t i = 0; i < received; ++i) {
      const ir::Type& type = variables[i]->type;
      const Tensor& tensor = (*tensors)[i];
      if (tensor.shape() != type.shape) {
        return InvalidArgument("{}: expected shape {}, received {}", variables[i]->path,
                               type.shape.ToString(), tensor.shape().ToString());
      }
      values.emplace_back(variables[i],
                          tensor.dtype() == type.dtype ? tensor : tensor.Cast(type.dtype));
    }
    return absl::OkStatus();
  }));
  for (auto& [variable, value] : values) variable->value = std::move(value);
  for (Layer* layer : loaded) layer->OnLoaded();
  return absl::OkStatus();
}

}  // namespace tricorn::keras
