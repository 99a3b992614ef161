#include "core/keras/training/log_function.h"

#include "core/base/status.h"
#include "core/keras/metrics/mean.h"

namespace tricorn::keras {
namespace {

std::unique_ptr<Variable> MetricState(std::string path, const Shape& shape) {
  auto variable = std::make_unique<Variable>();
  variable->name = path.substr(path.rfind('/') + 1);
  variable->path = std::move(path);
  variable->type = {DType::kF32, shape};
  variable->value = Tensor(DType::kF32, shape);
  variable->trainable = false;
  variable->aggregation = Aggregation::kOwn;
  return variable;
}

// The names of the logs that are means over samples: the total loss and, of several, each.
std::vector<std::string> MeanNames(const CompiledModel& compiled) {
  std::vector<std::string> names = {"loss"};
  if (compiled.losses.size() > 1) {
    for (const CompiledLoss& loss : compiled.losses) names.push_back(loss.name + "_loss");
  }
  return names;
}

}  // namespace

std::vector<std::unique_ptr<Variable>> MakeMetricVariables(const CompiledModel& compiled,
                                                           const OutputTypes& outputs) {
  std::vector<std::unique_ptr<Variable>> variables;
  for (const std::string& name : MeanNames(compiled)) {
    variables.push_back(MetricState(name + "/total", {}));
    variables.push_back(MetricState(name + "/count", {}));
  }
  for (const CompiledMetric& metric : compiled.metrics) {
    for (const MetricVariable& variable : metric.metric->Variables(outputs.y_pred[metric.output])) {
      variables.push_back(MetricState(metric.log_name + "/" + variable.name, variable.shape));
    }
  }
  return variables;
}

absl::StatusOr<std::unique_ptr<LogFunction>> LogFunction::Compile(backend::Device& device,
                                                                  const CompiledModel& compiled,
                                                                  const OutputTypes& outputs) {
  const auto body = [&](CallContext& context, ir::Operands) -> absl::StatusOr<Function::Outputs> {
    ir::Values state;
    for (const auto& variable : compiled.metric_variables) state.push_back(context.Read(*variable));
    Function::Outputs results;
    size_t next = 0;
    for (const std::string& name : MeanNames(compiled)) {
      results.emplace_back(name, MeanResult(state[next], state[next + 1]));
      next += 2;
    }
    for (const CompiledMetric& metric : compiled.metrics) {
      const size_t count = metric.metric->Variables(outputs.y_pred[metric.output]).size();
      results.emplace_back(metric.log_name,
                           metric.metric->Result(ir::Operands(state).subspan(next, count)));
      next += count;
    }
    return results;
  };
  auto logs = std::make_unique<LogFunction>();
  ASSIGN_OR_RETURN(logs->function_, Function::Compile(device, {}, body, {}));
  for (const auto& [name, type] : logs->function_->results()) {
    ASSIGN_OR_RETURN(logs->buffers_.emplace_back(), device.Allocate(type.nbytes()));
  }
  return logs;
}

absl::StatusOr<Logs> LogFunction::Run(DeviceState& state) {
  RETURN_IF_ERROR(function_->Run(state, {}, buffers_, {}));
  Logs logs;
  for (size_t i = 0; i < buffers_.size(); ++i) {
    const auto& [name, type] = function_->results()[i];
    Tensor value = Tensor::Uninitialized(type.dtype, type.shape);
    RETURN_IF_ERROR(state.device().Download(buffers_[i], value));
    if (value.num_elements() == 1) logs[name] = value.At(0);
  }
  return logs;
}

}  // namespace tricorn::keras
