#include "core/keras/saving/clone_model.h"

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/operation_json.h"
#include "core/keras/models/sequential.h"
#include "core/keras/saving/loaded_model.h"

namespace tricorn::keras {
namespace {

class Cloner {
 public:
  Cloner(const CloneOptions& options, const Registries& objects)
      : options_(options), deserializer_(objects) {}

  absl::StatusOr<std::shared_ptr<Model>> Clone(Model& model,
                                               const std::vector<KerasTensor>& inputs) {
    if (const auto* functional = dynamic_cast<const models::Functional*>(&model)) {
      return CloneFunctional(*functional, inputs);
    }
    if (auto* sequential = dynamic_cast<models::Sequential*>(&model)) {
      return CloneSequential(*sequential, inputs);
    }
    if (options_.clone_function != nullptr || options_.call_function != nullptr ||
        !inputs.empty()) {
      return InvalidArgument(
          "{}: expected a Sequential or Functional model, to clone it with functions or tensors, "
          "received a {}",
          model.DisplayName(), model.class_name());
    }
    return DescribeModel(model.Serialize(), deserializer_.registries());
  }

 private:
  static LayerOptions OptionsOf(const Model& model) {
    return {.name = model.name(), .trainable = model.trainable(), .dtype = model.dtype_policy()};
  }

  absl::StatusOr<std::shared_ptr<Operation>> CloneOperation(Operation& operation) {
    std::shared_ptr<Operation>& clone = clones_[&operation];
    if (clone != nullptr) return clone;
    auto* layer = dynamic_cast<Layer*>(&operation);
    auto* model = dynamic_cast<Model*>(&operation);
    if (layer == nullptr) {
      ASSIGN_OR_RETURN(clone, DeserializeOperation(SerializeOperation(operation), deserializer_));
      clone->set_name(operation.name());
    } else if (model != nullptr && options_.recursive) {
      ASSIGN_OR_RETURN(clones_[&operation], Clone(*model, {}));
    } else if (options_.clone_function != nullptr) {
      ASSIGN_OR_RETURN(clones_[&operation], options_.clone_function(*layer));
    } else {
      ASSIGN_OR_RETURN(clones_[&operation], deserializer_.Object<Layer>(layer->Serialize()));
    }
    return clones_[&operation];
  }

  // Inputs for a clone: those given, or new ones of the same types and names.
  static absl::StatusOr<std::vector<KerasTensor>> InputsFor(const Model& model,
                                                            const std::vector<KerasTensor>& given) {
    if (!given.empty()) {
      if (given.size() == model.inputs().size()) return given;
      return InvalidArgument("input_tensors: expected {}, one an input, received {}",
                             model.inputs().size(), given.size());
    }
    std::vector<KerasTensor> inputs;
    for (const KerasTensor& input : model.inputs()) {
      inputs.push_back(Input({.batch_shape = input.shape(),
                              .dtype = input.dtype(),
                              .name = input.node()->operation->name()}));
    }
    return inputs;
  }

  absl::StatusOr<std::shared_ptr<Model>> CloneFunctional(const models::Functional& model,
                                                         const std::vector<KerasTensor>& given) {
    ASSIGN_OR_RETURN(const std::vector<KerasTensor> inputs, InputsFor(model, given));
    absl::flat_hash_map<const CallNode*, std::vector<KerasTensor>> made;
    for (size_t i = 0; i < inputs.size(); ++i) {
      made[model.inputs()[i].node().get()] = {inputs[i]};
    }
    const auto clone_of = [&](const KerasTensor& tensor) {
      return made.at(tensor.node().get())[static_cast<size_t>(tensor.index())];
    };
    for (const auto& node : model.graph()->nodes()) {
      if (made.contains(node.get())) continue;
      ASSIGN_OR_RETURN(const std::shared_ptr<Operation> operation,
                       CloneOperation(*node->operation));
      CallArguments<KerasTensor> arguments = node->arguments.Map(clone_of);
      ASSIGN_OR_RETURN(std::vector<KerasTensor> outputs,
                       options_.call_function != nullptr
                           ? options_.call_function(*operation, arguments)
                           : operation->CallOn(std::move(arguments)));
      if (outputs.size() != node->outputs.size()) {
        return InvalidArgument("call_function: {}: expected {} outputs, received {}",
                               operation->DisplayName(), node->outputs.size(), outputs.size());
      }
      made[node.get()] = std::move(outputs);
    }
    size_t next = 0;
    auto clone = std::make_shared<models::Functional>(
        model.input_structure().Map([&](const KerasTensor&) { return inputs[next++]; }),
        model.output_structure().Map(clone_of), OptionsOf(model));
    RETURN_IF_ERROR(clone->status());
    return clone;
  }

  absl::StatusOr<std::shared_ptr<Model>> CloneSequential(models::Sequential& model,
                                                         const std::vector<KerasTensor>& given) {
    std::vector<SequentialItem> items;
    if (model.graph() != nullptr) {
      ASSIGN_OR_RETURN(const std::vector<KerasTensor> inputs, InputsFor(model, given));
      items.emplace_back(inputs[0]);
    }
    for (const std::shared_ptr<Layer>& layer : model.layers()) {
      ASSIGN_OR_RETURN(std::shared_ptr<Operation> clone, CloneOperation(*layer));
      items.emplace_back(std::static_pointer_cast<Layer>(clone));
    }
    auto clone = std::make_shared<models::Sequential>(std::move(items), OptionsOf(model));
    RETURN_IF_ERROR(clone->status());
    return clone;
  }

  const CloneOptions& options_;
  const Deserializer deserializer_;
  absl::flat_hash_map<const Operation*, std::shared_ptr<Operation>> clones_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Model>> CloneModel(Model& model, const CloneOptions& options,
                                                  const Registries& objects) {
  RETURN_IF_ERROR(model.status());
  ASSIGN_OR_RETURN(std::shared_ptr<Model> clone,
                   Cloner(options, objects).Clone(model, options.input_tensors));
  clone->InitializeNew();
  RETURN_IF_ERROR(clone->status());
  return clone;
}

}  // namespace tricorn::keras
