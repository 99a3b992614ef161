#include "core/keras/saving/weights.h"

#include "core/keras/saving/layer_walk.h"
#include "core/keras/saving/staged_weights.h"

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

absl::StatusOr<std::vector<std::string>> WeightsFromHdf5(const Hdf5Group& weights, Model& model,
                                                         Mismatch mismatch) {
  RETURN_IF_ERROR(model.status());
  StagedWeights staged;
  std::vector<std::string> skipped;
  std::vector<Layer*> loaded;
  const auto add = [&](const std::string& path, Layer& layer) -> absl::Status {
    const std::vector<Variable*> variables = layer.saved_variables();
    const Hdf5Group* vars = weights.Find(VarsPath(path));
    const size_t received = vars == nullptr ? 0 : vars->datasets.size();
    const std::string subject = layer.DisplayName() + " (" + VarsPath(path) + ")";
    if (received != variables.size()) {
      return InvalidArgument("{}: expected {} variables, received {}", subject, variables.size(),
                             received);
    }
    if (received == 0) return absl::OkStatus();
    absl::StatusOr<std::vector<Tensor>> tensors = VarsInOrder(*vars);
    if (!tensors.ok()) return WithSubject(tensors.status(), VarsPath(path));
    RETURN_IF_ERROR(staged.Add(subject, variables, *tensors));
    loaded.push_back(&layer);
    return absl::OkStatus();
  };
  RETURN_IF_ERROR(WalkLayers(model, [&](const std::string& path, Layer& layer) {
    const absl::Status status = add(path, layer);
    if (status.ok() || mismatch == Mismatch::kRefuse) return status;
    skipped.emplace_back(status.message());
    return absl::OkStatus();
  }));
  staged.Set();
  for (Layer* layer : loaded) layer->OnLoaded();
  return skipped;
}

}  // namespace tricorn::keras
