#include "core/keras/saving/legacy_weights.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/keras/saving/staged_weights.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kModelWeights = "model_weights";
constexpr const char* kLayerNames = "layer_names";
constexpr const char* kWeightNames = "weight_names";
constexpr const char* kTopLevel = "top_level_model_weights";
// An HDF5 object header holds 64 KiB; Keras leaves 1 KiB of it.
constexpr size_t kMaxAttributeNbytes = 64512;

const Hdf5Group& WeightsGroup(const Hdf5Group& root) {
  const Hdf5Group* inner = root.Find(kModelWeights);
  return inner == nullptr ? root : *inner;
}

// A layer's weights in the order of these files: trainable ones, then the others.
std::vector<Variable*> LegacyOrder(const Layer& layer) {
  std::vector<Variable*> order = layer.trainable_weights();
  for (Variable* variable : layer.weights()) {
    if (std::find(order.begin(), order.end(), variable) == order.end()) order.push_back(variable);
  }
  return order;
}

std::vector<Variable*> TopLevel(const Model& model) {
  std::vector<Variable*> own = model.own_variables();
  std::erase_if(own, [](const Variable* variable) { return !variable->saved; });
  return own;
}

absl::Status WriteVariables(const std::vector<Variable*>& variables, Hdf5Group& group) {
  std::vector<std::string> names;
  std::vector<Tensor> tensors;
  for (const Variable* variable : variables) {
    if (!variable->has_value()) {
      return FailedPrecondition("{}: expected a value, received none", variable->path);
    }
    names.push_back(variable->path);
    tensors.push_back(variable->value);
  }
  return SetLegacyTensors(names, tensors, group);
}

// Gathers the values of layers, and what may be left out.
class Reader {
 public:
  explicit Reader(Mismatch mismatch) : mismatch_(mismatch) {}

  // `counts_must_agree`: also when other mismatches are skipped.
  absl::Status Add(const std::string& subject, const std::vector<Variable*>& variables,
                   const Hdf5Group& group, bool counts_must_agree) {
    absl::StatusOr<std::vector<Tensor>> tensors = LegacyTensors(group);
    if (!tensors.ok()) return WithSubject(tensors.status(), subject);
    if (tensors->size() != variables.size()) {
      const absl::Status status = staged_.Add(subject, variables, *tensors);
      return counts_must_agree ? status : Refuse(status);
    }
    for (size_t i = 0; i < variables.size(); ++i) {
      RETURN_IF_ERROR(Refuse(staged_.Add(subject, {variables[i]}, {(*tensors)[i]})));
    }
    return absl::OkStatus();
  }

  absl::Status AddTopLevel(const Model& model, const Hdf5Group& weights) {
    const Hdf5Group* group = weights.Find(kTopLevel);
    if (group == nullptr) return absl::OkStatus();
    return Add(kTopLevel, TopLevel(model), *group, true);
  }

  std::vector<std::string> Finish() {
    staged_.Set();
    return std::move(skipped_);
  }

 private:
  absl::Status Refuse(const absl::Status& status) {
    if (status.ok() || mismatch_ == Mismatch::kRefuse) return status;
    skipped_.emplace_back(status.message());
    return absl::OkStatus();
  }

  const Mismatch mismatch_;
  StagedWeights staged_;
  std::vector<std::string> skipped_;
};

}  // namespace

bool IsLegacyWeights(const Hdf5Group& root) {
  const Hdf5Group& weights = WeightsGroup(root);
  return weights.string_lists.contains(kLayerNames) ||
         weights.string_lists.contains(std::string(kLayerNames) + "0");
}

std::vector<std::string> LegacyList(const Hdf5Group& group, const std::string& name) {
  if (const auto whole = group.string_lists.find(name); whole != group.string_lists.end()) {
    return whole->second;
  }
  std::vector<std::string> list;
  for (int part = 0;; ++part) {
    const auto it = group.string_lists.find(name + std::to_string(part));
    if (it == group.string_lists.end()) return list;
    list.insert(list.end(), it->second.begin(), it->second.end());
  }
}

void SetLegacyList(const std::string& name, const std::vector<std::string>& list,
                   Hdf5Group& group) {
  size_t longest = 1;
  for (const std::string& value : list) longest = std::max(longest, value.size());
  const size_t per_part = std::max<size_t>(1, kMaxAttributeNbytes / longest);
  if (list.size() <= per_part) {
    group.string_lists[name] = list;
    return;
  }
  for (size_t begin = 0, part = 0; begin < list.size(); begin += per_part, ++part) {
    const size_t end = std::min(list.size(), begin + per_part);
    group.string_lists[name + std::to_string(part)] = {list.begin() + static_cast<int64_t>(begin),
                                                       list.begin() + static_cast<int64_t>(end)};
  }
}

absl::StatusOr<std::vector<Tensor>> LegacyTensors(const Hdf5Group& group) {
  std::vector<Tensor> tensors;
  for (const std::string& name : LegacyList(group, kWeightNames)) {
    const size_t slash = name.rfind('/');
    const Hdf5Group* holder = slash == name.npos ? &group : group.Find(name.substr(0, slash));
    const std::string leaf = name.substr(slash + 1);  // npos + 1 is 0
    const auto it = holder == nullptr ? group.datasets.end() : holder->datasets.find(leaf);
    if (holder == nullptr || it == holder->datasets.end()) {
      return InvalidArgument("expected a dataset '{}', received none", name);
    }
    tensors.push_back(it->second);
  }
  return tensors;
}

absl::Status SetLegacyTensors(const std::vector<std::string>& names,
                              const std::vector<Tensor>& tensors, Hdf5Group& group) {
  for (size_t i = 0; i < names.size(); ++i) {
    const size_t slash = names[i].rfind('/');
    Hdf5Group& holder = slash == std::string::npos ? group : group.Make(names[i].substr(0, slash));
    const bool half = tensors[i].dtype() == DType::kBF16;
    const Tensor& value = tensors[i];
    if (!holder.datasets.emplace(names[i].substr(slash + 1), half ? value.Cast(DType::kF32) : value)
             .second) {
      return InvalidArgument("{}: expected paths that differ, received it twice", names[i]);
    }
  }
  SetLegacyList(kWeightNames, names, group);
  return absl::OkStatus();
}

absl::StatusOr<Hdf5Group> LegacyWeights(const Model& model) {
  RETURN_IF_ERROR(model.status());
  Hdf5Group weights;
  weights.attributes["backend"] = "jax";  // the reader wants one of Keras's
  weights.attributes["keras_version"] = "3.16.0";
  std::vector<std::string> names;
  for (const std::shared_ptr<Layer>& layer : model.layers()) {
    names.push_back(layer->DisplayName());
    RETURN_IF_ERROR(WriteVariables(LegacyOrder(*layer), weights.groups[layer->DisplayName()]));
  }
  SetLegacyList(kLayerNames, names, weights);
  RETURN_IF_ERROR(WriteVariables(TopLevel(model), weights.groups[kTopLevel]));
  return weights;
}

absl::StatusOr<std::vector<std::string>> LegacyWeightsInOrder(const Hdf5Group& root, Model& model,
                                                              Mismatch mismatch) {
  RETURN_IF_ERROR(model.status());
  const Hdf5Group& weights = WeightsGroup(root);
  std::vector<std::pair<std::string, const Hdf5Group*>> saved;
  for (const std::string& name : LegacyList(weights, kLayerNames)) {
    const Hdf5Group* group = weights.Find(name);
    if (group == nullptr) return InvalidArgument("expected a group '{}', received none", name);
    if (!LegacyList(*group, kWeightNames).empty()) saved.emplace_back(name, group);
  }
  std::vector<std::shared_ptr<Layer>> layers = model.layers();
  std::erase_if(layers, [](const auto& layer) { return layer->weights().empty(); });
  if (saved.size() != layers.size()) {
    return InvalidArgument("{}: expected {} layers with weights, received {}", model.DisplayName(),
                           layers.size(), saved.size());
  }
  Reader reader(mismatch);
  for (size_t i = 0; i < layers.size(); ++i) {
    const std::string subject =
        layers[i]->DisplayName() + " ('" + saved[i].first + "' in the file)";
    RETURN_IF_ERROR(reader.Add(subject, LegacyOrder(*layers[i]), *saved[i].second, true));
  }
  RETURN_IF_ERROR(reader.AddTopLevel(model, weights));
  return reader.Finish();
}

absl::StatusOr<std::vector<std::string>> LegacyWeightsByName(const Hdf5Group& root, Model& model,
                                                             Mismatch mismatch) {
  RETURN_IF_ERROR(model.status());
  const Hdf5Group& weights = WeightsGroup(root);
  Reader reader(mismatch);
  for (const std::shared_ptr<Layer>& layer : model.layers()) {
    const auto group = weights.groups.find(layer->name());
    if (group == weights.groups.end()) continue;
    RETURN_IF_ERROR(reader.Add(layer->name(), LegacyOrder(*layer), group->second, false));
  }
  RETURN_IF_ERROR(reader.AddTopLevel(model, weights));
  return reader.Finish();
}

}  // namespace tricorn::keras
