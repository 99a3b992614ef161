#include "worker/keras/snapshot.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "core/base/status.h"
#include "core/io/npz.h"
#include "worker/keras/job_callbacks.h"

namespace tricorn::worker {
namespace {

constexpr char kVariablesFile[] = "variables.npz";
constexpr char kMetricsFile[] = "metrics.npz";
constexpr char kCallbacksFile[] = "callbacks.npz";

// In order of the variables as text, too.
std::string NameOf(size_t index) { return fmt::format("{:06}", index); }

absl::StatusOr<std::string> WriteTensors(const std::vector<Tensor>& tensors) {
  std::map<std::string, Tensor> arrays;
  for (size_t i = 0; i < tensors.size(); ++i) arrays.emplace(NameOf(i), tensors[i]);
  return WriteNpz(arrays);
}

absl::StatusOr<std::vector<Tensor>> ReadTensors(const std::string& bytes) {
  ASSIGN_OR_RETURN(NpzReader reader, NpzReader::OpenBytes(bytes));
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < reader.names().size(); ++i) {
    ASSIGN_OR_RETURN(Tensor value, reader.Read(NameOf(i)));
    tensors.push_back(std::move(value));
  }
  return tensors;
}

// What is kept as "000002/wait" is entry `wait` of the third callback.
absl::Status ReadCallbacks(const std::string& bytes,
                           std::vector<keras::Callback::State>* callbacks) {
  ASSIGN_OR_RETURN(NpzReader reader, NpzReader::OpenBytes(bytes));
  for (const std::string& name : reader.names()) {
    const size_t slash = name.find('/');
    size_t index = 0;
    if (slash == std::string::npos || !absl::SimpleAtoi(name.substr(0, slash), &index) ||
        index > kMaxCallbacks) {
      return DataLoss("checkpoint: {}: expected NUMBER/NAME, received {}", kCallbacksFile, name);
    }
    if (index >= callbacks->size()) callbacks->resize(index + 1);
    ASSIGN_OR_RETURN((*callbacks)[index][name.substr(slash + 1)], reader.Read(name));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Snapshot> TakeSnapshot(keras::Trainer& trainer, bool within_epoch) {
  ASSIGN_OR_RETURN(const std::vector<Tensor> optimizer, trainer.GatherOptimizerState());
  Snapshot snapshot;
  for (const keras::Variable* variable : trainer.model().variables()) {
    snapshot.variables.push_back(variable->value.Clone());
  }
  for (const Tensor& value : optimizer) {
    snapshot.variables.push_back(trainer.part() == nullptr ? value.Clone() : value);
  }
  if (within_epoch) {
    ASSIGN_OR_RETURN(snapshot.metrics, trainer.MetricState());
  }
  return snapshot;
}

absl::Status RestoreSnapshot(const Snapshot& snapshot, keras::Trainer& trainer) {
  const std::vector<keras::Variable*> weights = trainer.model().variables();
  std::vector<keras::Variable*> all = weights;
  for (keras::Variable* variable : trainer.OptimizerVariables()) all.push_back(variable);
  if (all.size() != snapshot.variables.size()) {
    return InvalidArgument("checkpoint: expected {} variables, received {}", all.size(),
                           snapshot.variables.size());
  }
  for (size_t i = 0; i < all.size(); ++i) {
    const Tensor& value = snapshot.variables[i];
    if (value.dtype() != all[i]->type.dtype || value.shape() != all[i]->type.shape) {
      return InvalidArgument("checkpoint: {}: expected {}, received {}", all[i]->path,
                             all[i]->type.ToString(), value.ToString());
    }
    if (i < weights.size()) weights[i]->value = value;
  }
  if (!snapshot.metrics.empty()) RETURN_IF_ERROR(trainer.SetMetricState(snapshot.metrics));
  const auto optimizer = snapshot.variables.begin() + static_cast<std::ptrdiff_t>(weights.size());
  return trainer.SetOptimizerState({optimizer, snapshot.variables.end()});
}

absl::StatusOr<std::map<std::string, std::string>> ToFiles(const Snapshot& snapshot) {
  std::map<std::string, std::string> files;
  ASSIGN_OR_RETURN(files[kVariablesFile], WriteTensors(snapshot.variables));
  if (!snapshot.metrics.empty()) {
    ASSIGN_OR_RETURN(files[kMetricsFile], WriteTensors(snapshot.metrics));
  }
  std::map<std::string, Tensor> kept;
  for (size_t i = 0; i < snapshot.callbacks.size(); ++i) {
    for (const auto& [name, value] : snapshot.callbacks[i]) {
      kept.emplace(NameOf(i) + "/" + name, value);
    }
  }
  if (!kept.empty()) {
    ASSIGN_OR_RETURN(files[kCallbacksFile], WriteNpz(kept));
  }
  return files;
}

absl::StatusOr<Snapshot> FromFiles(const std::map<std::string, std::string>& files) {
  const auto variables = files.find(kVariablesFile);
  if (variables == files.end()) {
    return DataLoss("checkpoint: expected {}, received none", kVariablesFile);
  }
  Snapshot snapshot;
  ASSIGN_OR_RETURN(snapshot.variables, ReadTensors(variables->second));
  if (const auto metrics = files.find(kMetricsFile); metrics != files.end()) {
    ASSIGN_OR_RETURN(snapshot.metrics, ReadTensors(metrics->second));
  }
  if (const auto callbacks = files.find(kCallbacksFile); callbacks != files.end()) {
    RETURN_IF_ERROR(ReadCallbacks(callbacks->second, &snapshot.callbacks));
  }
  return snapshot;
}

}  // namespace tricorn::worker
