#include "core/keras/models/functional.h"

#include <algorithm>

#include "core/keras/models/input_values.h"
#include "core/keras/models/naming.h"
#include "core/keras/remat/remat_recording.h"

namespace tricorn::keras {
namespace models {
namespace {

// The sorted keys of a dictionary of tensors; empty for other structures.
std::vector<std::string> Keys(const Nest<KerasTensor>& structure) {
  std::vector<std::string> keys;
  if (!structure.is_dict()) return keys;
  for (const auto& [key, value] : structure.dict()) {
    if (!value.is_leaf()) return {};
    keys.push_back(key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace

Functional::Functional(Nest<KerasTensor> inputs, Nest<KerasTensor> outputs, LayerOptions options)
    : Model(std::move(options)),
      input_structure_(std::move(inputs)),
      output_structure_(std::move(outputs)),
      inputs_(input_structure_.Flatten()),
      outputs_(output_structure_.Flatten()) {
  absl::StatusOr<FunctionalGraph> graph = FunctionalGraph::Make(inputs_, outputs_);
  SetError(graph.status());
  if (!graph.ok()) {
    inputs_.clear();
    outputs_.clear();
    return;
  }
  graph_ = *std::move(graph);
  SetError(NameOperations(graph_.operations()));
  AssignPaths("");
  SetError(Build(CallArguments<SymbolicType>()));
}

Functional::~Functional() {
  // The graph holds all calls and lets them go in order.
  outputs_.clear();
  output_structure_ = {};
}

std::vector<std::string> Functional::input_names() const {
  const std::vector<std::string> keys = Keys(input_structure_);
  return keys.empty() ? Model::input_names() : keys;
}

std::vector<std::string> Functional::output_names() const {
  const std::vector<std::string> keys = Keys(output_structure_);
  return keys.empty() ? Model::output_names() : keys;
}

Nest<std::string> Functional::output_name_structure() const {
  const std::vector<std::string> names = output_names();
  if (names.empty()) return {};  // the model has an error
  size_t next = 0;
  return output_structure_.Map([&](const KerasTensor&) { return names[next++]; });
}

std::vector<std::shared_ptr<Layer>> Functional::layers() const {
  std::vector<std::shared_ptr<Layer>> layers;
  for (const std::shared_ptr<Operation>& operation : graph_.operations()) {
    if (auto layer = std::dynamic_pointer_cast<Layer>(operation)) layers.push_back(layer);
  }
  return layers;
}

void Functional::AssignPaths(const std::string&) {
  for (const std::shared_ptr<Layer>& layer : layers()) layer->AssignPaths("");
}

absl::StatusOr<std::vector<SymbolicType>> Functional::OutputTypes(
    const CallArguments<SymbolicType>& arguments) {
  RETURN_IF_ERROR(status());
  const std::vector<SymbolicType> types = arguments.Inputs();
  bool as_declared = types.size() == inputs_.size();
  for (size_t i = 0; as_declared && i < types.size(); ++i) {
    as_declared = types[i].shape == inputs_[i].shape();
  }
  if (!as_declared) return Operation::OutputTypes(arguments);
  std::vector<SymbolicType> outputs;
  for (const KerasTensor& output : outputs_) outputs.push_back(output.type());
  return outputs;
}

ir::Values Functional::CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) {
  ir::Builder& builder = context.builder();
  const ir::Values failed(outputs_.size(), ir::Value(&builder, -1));
  if (!status().ok() || arguments.args.size() != 1) {
    builder.SetError(
        status().ok() ? InvalidArgument("expected one argument, received {}", arguments.args.size())
                      : status());
    return failed;
  }
  const absl::StatusOr<ir::Values> fed = InputValues(context, inputs_, arguments.args[0]);
  if (!fed.ok()) {
    builder.SetError(fed.status());
    return failed;
  }
  absl::flat_hash_map<const CallNode*, ir::Values> results;
  for (size_t i = 0; i < inputs_.size(); ++i) results[inputs_[i].node().get()] = {(*fed)[i]};
  const auto value_of = [&](const KerasTensor& tensor) {
    const ir::Values& values = results[tensor.node().get()];
    const size_t index = static_cast<size_t>(tensor.index());
    return index < values.size() ? values[index] : ir::Value(&builder, -1);
  };
  for (const std::shared_ptr<const CallNode>& node : graph_.nodes()) {
    if (results.contains(node.get())) continue;
    CallArguments<ir::Value> call = node->arguments.Map(value_of);
    // The mode of the whole model wins, as in Keras, which up to 3.15 writes each layer's own
    // default into its calls: training=false for Dropout, training=true for RandomFlip.
    std::erase_if(call.kwargs, [](const auto& keyword) { return keyword.first == "training"; });
    const std::string name = node->operation->DisplayName();
    RematCall remat(builder, RematCall::Kind::kOperation, name);
    const ir::Values& made = results[node.get()] = node->operation->CallWith(context, call);
    if (builder.ok()) remat.Finish(made);
    if (!builder.ok()) return failed;
  }
  ir::Values outputs;
  for (const KerasTensor& output : outputs_) outputs.push_back(value_of(output));
  return outputs;
}

}  // namespace models

Functional::Functional(Nest<KerasTensor> inputs, Nest<KerasTensor> outputs, LayerOptions options)
    : model_(std::make_shared<models::Functional>(std::move(inputs), std::move(outputs),
                                                  std::move(options))) {
  model_->InitializeNew();
}

}  // namespace tricorn::keras
