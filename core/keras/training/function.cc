#include "core/keras/training/function.h"

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"

namespace tricorn::keras {

absl::StatusOr<std::unique_ptr<Function>> Function::Compile(
    backend::Device& device, const std::vector<std::pair<std::string, ir::Type>>& arguments,
    const Body& body, const Options& options) {
  std::unique_ptr<Function> function(new Function);
  ir::Builder builder;
  CallContext context(builder, options.training);
  ir::Values argument_values;
  absl::flat_hash_map<ir::ValueId, size_t> argument_of;
  for (const auto& [name, type] : arguments) {
    const ir::Value value = builder.Input("argument:" + name, type);
    argument_of[value.id()] = argument_values.size();
    argument_values.push_back(value);
  }
  ASSIGN_OR_RETURN(Outputs outputs, body(context, argument_values));
  RETURN_IF_ERROR(builder.status());

  absl::flat_hash_map<ir::ValueId, const Variable*> variable_of;
  for (const CallContext::ReadVariable& read : context.reads()) {
    variable_of[read.input.id()] = read.variable;
  }
  for (auto& [name, value] : outputs) {
    function->outputs_.push_back({nullptr, function->results_.size()});
    function->results_.emplace_back(name, value.type());
    name = fmt::format("result:{}:{}", function->results_.size(), name);  // names may repeat
  }
  for (const CallContext::Assigned& assigned : context.assigned()) {
    if (!(assigned.value.type() == assigned.variable->type)) {
      return Internal("{}: expected {}, assigned {}", assigned.variable->path,
                      assigned.variable->type.ToString(), assigned.value.type().ToString());
    }
    if (options.forgets && options.forgets(*assigned.variable)) continue;
    function->assigned_.push_back(assigned.variable);
    if (options.pure) {
      function->outputs_.push_back({nullptr, function->results_.size()});
      function->results_.emplace_back(assigned.variable->path, assigned.value.type());
    } else {
      function->outputs_.push_back({assigned.variable, 0});
    }
    outputs.emplace_back(fmt::format("assigned:{}:{}", outputs.size(), assigned.variable->path),
                         assigned.value);
  }
  ASSIGN_OR_RETURN(ir::Graph graph, builder.Finish(outputs));
  for (const ir::NamedValue& input : graph.inputs()) {
    const auto variable = variable_of.find(input.value);
    const bool is_variable = variable != variable_of.end();
    function->inputs_.push_back(
        {is_variable ? variable->second : nullptr, is_variable ? 0 : argument_of.at(input.value)});
  }
  // A pass keeps inputs and outputs and their order, not their ids.
  if (options.pass) {
    ASSIGN_OR_RETURN(graph, options.pass(std::move(graph)));
  }
  backend::CompileOptions compile;
  compile.num_threads = options.num_threads;
  for (size_t i = 0; i < function->inputs_.size(); ++i) {
    if (options.keeps_state && function->inputs_[i].variable != nullptr) {
      compile.constant_inputs.push_back(static_cast<int32_t>(i));
    }
    for (size_t j = 0; j < function->outputs_.size(); ++j) {
      const Variable* variable = function->inputs_[i].variable;
      if (variable != nullptr && function->outputs_[j].variable == variable) {
        compile.donations.emplace_back(static_cast<int32_t>(i), static_cast<int32_t>(j));
      }
    }
  }
  ASSIGN_OR_RETURN(function->executable_, device.Compile(std::move(graph), compile));
  return function;
}

absl::Status Function::PrepareState(DeviceState& state) const {
  for (const Port& port : inputs_) {
    if (port.variable != nullptr) RETURN_IF_ERROR(state.BufferOf(*port.variable).status());
  }
  return absl::OkStatus();
}

absl::Status Function::Run(DeviceState& state, std::span<const backend::Buffer> arguments,
                           std::span<const backend::Buffer> results,
                           const backend::RunContext& run_context) const {
  CHECK(results.size() == results_.size());
  std::vector<backend::Buffer> inputs, outputs;
  inputs.reserve(inputs_.size());
  outputs.reserve(outputs_.size());
  for (const Port& port : inputs_) {
    if (port.variable == nullptr) {
      inputs.push_back(arguments[port.index]);
    } else {
      ASSIGN_OR_RETURN(inputs.emplace_back(), state.BufferOf(*port.variable));
    }
  }
  for (const Port& port : outputs_) {
    if (port.variable == nullptr) {
      outputs.push_back(results[port.index]);
    } else {
      ASSIGN_OR_RETURN(outputs.emplace_back(), state.BufferOf(*port.variable));
    }
  }
  return executable_->Run(inputs, outputs, run_context);
}

}  // namespace tricorn::keras
