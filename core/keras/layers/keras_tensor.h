#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/keras/layers/call_arguments.h"
#include "core/keras/layers/symbolic_type.h"

namespace tricorn::keras {

class KerasTensor;
class Operation;

// One symbolic call of an operation.
struct CallNode {
  std::shared_ptr<Operation> operation;
  CallArguments<KerasTensor> arguments;
  std::vector<SymbolicType> outputs;
  // Counts the symbolic calls of the operation.
  int64_t call_index = 0;
};

// A tensor of a model that is being put together: output `index` of a call. A cheap handle that
// keeps what produces it alive. After an error it carries that error, as does all that is computed
// from it; the model made of it reports it.
class KerasTensor {
 public:
  KerasTensor() = default;
  KerasTensor(std::shared_ptr<const CallNode> node, int index)
      : node_(std::move(node)), index_(index) {}
  explicit KerasTensor(absl::Status error) : status_(std::move(error)) {}

  const absl::Status& status() const { return status_; }
  bool ok() const { return status_.ok() && node_ != nullptr; }
  // Below: only when ok().
  const SymbolicType& type() const { return node_->outputs[static_cast<size_t>(index_)]; }
  const SymbolicShape& shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }
  const std::shared_ptr<const CallNode>& node() const { return node_; }
  int index() const { return index_; }

  friend bool operator==(const KerasTensor& a, const KerasTensor& b) {
    return a.node_ == b.node_ && a.index_ == b.index_;
  }

 private:
  std::shared_ptr<const CallNode> node_;
  int index_ = 0;
  absl::Status status_;
};

}  // namespace tricorn::keras
