#include "worker/keras/snapshot.h"

#include <utility>

#include "core/base/status.h"
#include "core/io/npz.h"

namespace tricorn::worker {
namespace {

constexpr char kFile[] = "variables.npz";

std::vector<keras::Variable*> AllVariables(keras::Trainer& trainer) {
  std::vector<keras::Variable*> all = trainer.model().variables();
  for (keras::Variable* variable : trainer.optimizer().variables()) all.push_back(variable);
  return all;
}

// In order of the variables as text, too.
std::string NameOf(size_t index) { return fmt::format("{:06}", index); }

}  // namespace

absl::StatusOr<Snapshot> TakeSnapshot(keras::Trainer& trainer) {
  RETURN_IF_ERROR(trainer.SyncToHost());
  Snapshot snapshot;
  for (const keras::Variable* variable : AllVariables(trainer)) {
    snapshot.variables.push_back(variable->value.Clone());
  }
  return snapshot;
}

absl::Status RestoreSnapshot(const Snapshot& snapshot, keras::Trainer& trainer) {
  const std::vector<keras::Variable*> all = AllVariables(trainer);
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
    all[i]->value = value;
  }
  return trainer.SyncToDevice();
}

absl::StatusOr<std::map<std::string, std::string>> ToFiles(const Snapshot& snapshot) {
  std::map<std::string, Tensor> arrays;
  for (size_t i = 0; i < snapshot.variables.size(); ++i) {
    arrays.emplace(NameOf(i), snapshot.variables[i]);
  }
  std::map<std::string, std::string> files;
  ASSIGN_OR_RETURN(files[kFile], WriteNpz(arrays));
  return files;
}

absl::StatusOr<Snapshot> FromFiles(const std::map<std::string, std::string>& files) {
  const auto file = files.find(kFile);
  if (file == files.end()) return DataLoss("checkpoint: expected {}, received none", kFile);
  ASSIGN_OR_RETURN(NpzReader reader, NpzReader::OpenBytes(file->second));
  Snapshot snapshot;
  for (size_t i = 0; i < reader.names().size(); ++i) {
    ASSIGN_OR_RETURN(Tensor value, reader.Read(NameOf(i)));
    snapshot.variables.push_back(std::move(value));
  }
  return snapshot;
}

}  // namespace tricorn::worker
