#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/layers/keras_tensor.h"
#include "core/keras/serialization/object.h"

namespace tricorn::keras {

// A step of a model: a layer, or an op of keras.ops that a functional graph calls.
// Shared: the calls of a model and the user's handles own it together.
class Operation : public Serializable, public std::enable_shared_from_this<Operation> {
 public:
  static constexpr std::string_view kKind = "operation";

  // An empty name is given by the model that first contains the operation.
  explicit Operation(std::string name) : name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  // Prepares the operation for inputs of these types; once.
  virtual absl::Status Build(const CallArguments<SymbolicType>&) { return absl::OkStatus(); }
  // Appends the nodes that compute the outputs. Errors go to the builder.
  virtual ir::Values CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) = 0;

  // The types of the outputs of a built operation. Traces it twice, with two lengths for the free
  // axes of the inputs: where the outputs differ, they are free. Where no such length fits, because
  // a free axis meets a known one, tries the lengths that are known. Errors: those of the first.
  virtual absl::StatusOr<std::vector<SymbolicType>> OutputTypes(
      const CallArguments<SymbolicType>& arguments);

  // Builds, and records a call on symbolic tensors.
  absl::StatusOr<std::vector<KerasTensor>> CallOn(CallArguments<KerasTensor> arguments);
  // For operations of one output: a tensor that carries the error if there is one.
  KerasTensor operator()(const KerasTensor& input) { return Single({input}); }
  KerasTensor operator()(const std::vector<KerasTensor>& inputs) { return Single(inputs); }

  // The name for messages: the class's while there is no own.
  std::string DisplayName() const;

 protected:
  // A call without inputs: where a model starts.
  std::shared_ptr<const CallNode> SourceNode(SymbolicType output);

 private:
  KerasTensor Single(const std::vector<KerasTensor>& inputs);

  std::string name_;
  int64_t num_calls_ = 0;
};

}  // namespace tricorn::keras
