#include "core/keras/training/predictor.h"

#include <algorithm>
#include <cstring>

#include "core/base/status.h"
#include "core/data/prefetch.h"
#include "core/data/shard.h"
#include "core/keras/settings/settings.h"
#include "core/keras/training/step_inputs.h"
#include "core/tensor/allocate.h"

namespace tricorn::keras {
namespace {

// Compiled functions that are kept; a model with free axes could ask for one a request.
constexpr size_t kMaxFunctions = 32;

// As the model takes it: a last axis of length 1 may be missing or be there too many.
Shape AdjustRank(const Shape& shape, const SymbolicShape& expected) {
  std::vector<int64_t> dims = shape.dims();
  const size_t rank = expected.size();
  if (dims.size() == rank + 1 && dims.back() == 1) dims.pop_back();
  if (dims.size() + 1 == rank && expected.back() == 1) dims.push_back(1);
  return Shape(std::move(dims));
}

// Chunks of one output, one behind the other.
absl::StatusOr<Tensor> ConcatenateRows(const std::vector<Tensor>& parts) {
  if (parts.size() == 1) return parts[0];
  for (const Tensor& part : parts) {
    const Shape& first = parts[0].shape();
    const bool fits = part.shape().rank() > 0 && part.shape().rank() == first.rank() &&
                      std::equal(first.begin() + 1, first.end(), part.shape().begin() + 1);
    if (!fits) {
      return InvalidArgument(
          "predict: expected outputs that follow the batch, to predict more rows "
          "than one batch holds; received shapes {} and {}",
          first.ToString(), part.shape().ToString());
    }
  }
  Shape shape = parts[0].shape();
  shape[0] = 0;
  for (const Tensor& part : parts) shape[0] += part.shape()[0];
  Tensor whole = Tensor::Uninitialized(parts[0].dtype(), std::move(shape));
  std::byte* to = whole.bytes();
  for (const Tensor& part : parts) {
    std::memcpy(to, part.bytes(), static_cast<size_t>(part.nbytes()));
    to += part.nbytes();
  }
  return whole;
}

}  // namespace

absl::Status Predictor::Check(const std::vector<Tensor>& x) const {
  RETURN_IF_ERROR(model_.status());
  const std::vector<KerasTensor>& inputs = model_.inputs();
  if (inputs.empty()) {
    return FailedPrecondition("{}: expected a model with an input shape", model_.name());
  }
  if (x.size() != inputs.size()) {
    return InvalidArgument("{}: expected {} inputs, received {}", model_.name(), inputs.size(),
                           x.size());
  }
  for (size_t i = 0; i < x.size(); ++i) {
    const SymbolicShape& expected = inputs[i].shape();
    const Shape shape = AdjustRank(x[i].shape(), expected);
    bool fits = shape.rank() == static_cast<int>(expected.size()) && shape.rank() > 0;
    for (int axis = 1; fits && axis < shape.rank(); ++axis) {
      const std::optional<int64_t> length = expected[static_cast<size_t>(axis)];
      fits = !length || *length == shape[axis];
    }
    if (!fits || x[i].shape()[0] != x[0].shape()[0]) {
      return InvalidArgument("{}: expected input {} of shape {}, received {}", model_.name(), i,
                             ToString(expected), x[i].shape().ToString());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Predictor::Compiled*> Predictor::CompiledFor(const std::vector<Tensor>& x) {
  const StepInputs inputs{.x = x, .y = {}, .sample_weight = {}};
  if (functions_.size() >= kMaxFunctions && !functions_.contains(inputs.Key())) functions_.clear();
  const auto found = functions_.find(inputs.Key());
  if (found != functions_.end()) return &found->second;
  const auto body = [&](CallContext& context,
                        ir::Operands arguments) -> absl::StatusOr<Function::Outputs> {
    Function::Outputs outputs;
    for (const ir::Value& value : model_.Apply(context, arguments)) {
      outputs.emplace_back(fmt::format("y{}", outputs.size()), value);
    }
    return outputs;
  };
  // Pure: predicting changes no state, so a stateful layer starts anew each time.
  Compiled compiled;  // kept when it is whole: there may not be memory for all of it
  ASSIGN_OR_RETURN(compiled.function, Function::Compile(state_.device(), inputs.Types(), body,
                                                        {.training = false,
                                                         .num_threads = num_threads_,
                                                         .pass = nullptr,
                                                         .pure = true,
                                                         .keeps_state = true}));
  for (const auto& [name, type] : inputs.Types()) {
    ASSIGN_OR_RETURN(compiled.arguments.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  for (const auto& [name, type] : compiled.function->results()) {
    ASSIGN_OR_RETURN(compiled.results.emplace_back(), state_.device().Allocate(type.nbytes()));
  }
  return &functions_.emplace(inputs.Key(), std::move(compiled)).first->second;
}

absl::StatusOr<std::vector<Tensor>> Predictor::PredictChunk(const std::vector<Tensor>& x) {
  ASSIGN_OR_RETURN(Compiled * compiled, CompiledFor(x));
  for (size_t i = 0; i < x.size(); ++i) {
    RETURN_IF_ERROR(state_.device().Upload(x[i], compiled->arguments[i]));
  }
  RETURN_IF_ERROR(compiled->function->Run(state_, compiled->arguments, compiled->results, {}));
  const size_t num_outputs = compiled->results.size() - compiled->function->assigned().size();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < num_outputs; ++i) {
    const ir::Type& type = compiled->function->results()[i].second;
    Tensor output = Tensor::Uninitialized(type.dtype, type.shape);
    RETURN_IF_ERROR(state_.device().Download(compiled->results[i], output));
    outputs.push_back(std::move(output));
  }
  return outputs;
}

absl::StatusOr<std::vector<Tensor>> Predictor::Predict(const std::vector<Tensor>& x) {
  RETURN_IF_ERROR(Check(x));
  const int64_t rows = x[0].shape()[0];
  if (rows == 0)
    return InvalidArgument("{}: expected at least one row, received none", model_.name());
  std::vector<std::vector<Tensor>> parts;  // by output
  for (int64_t begin = 0; begin < rows; begin += max_batch_) {
    std::vector<Tensor> chunk;
    for (const Tensor& tensor : x) {
      chunk.push_back(tensor.Rows(begin, std::min(rows, begin + max_batch_)));
    }
    ASSIGN_OR_RETURN(std::vector<Tensor> outputs, PredictChunk(chunk));
    parts.resize(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(std::move(outputs[i]));
  }
  std::vector<Tensor> whole;
  for (const std::vector<Tensor>& output : parts) {
    ASSIGN_OR_RETURN(whole.emplace_back(), ConcatenateRows(output));
  }
  return whole;
}

absl::StatusOr<std::vector<Tensor>> Predictor::Predict(const Dataset& dataset,
                                                       const PredictOptions& options,
                                                       const Tell& tell) {
  if (options.batch_size < 1 || options.steps.value_or(1) < 1) {
    return InvalidArgument("batch_size, steps: expected at least 1, received {} and {}",
                           options.batch_size, options.steps.value_or(1));
  }
  ASSIGN_OR_RETURN(const ColumnMap columns,
                   ColumnMap::Make(dataset.columns(), model_.input_names(), {}, false));
  Prefetcher batches(dataset, EpochOrder::Sequential({0, dataset.num_rows()}),
                     {.batch_size = options.batch_size});
  Progress progress{.steps = NumBatches(dataset.num_rows(), options.batch_size)};
  for (const std::optional<int64_t> most : {options.steps, CurrentSettings().max_steps_per_epoch}) {
    if (most) progress.steps = std::min(progress.steps, *most);
  }
  std::vector<std::vector<Tensor>> parts;  // by output
  for (; progress.step < progress.steps; ++progress.step) {
    ASSIGN_OR_RETURN(const std::optional<Batch> batch, batches.Next());
    if (!batch) break;
    progress.samples = batch->positions.size();
    if (tell != nullptr) RETURN_IF_ERROR(tell(progress, true));
    ASSIGN_OR_RETURN(std::vector<Tensor> outputs, Predict(columns.Apply(batch->columns).x));
    parts.resize(outputs.size());
    for (size_t i = 0; i < outputs.size(); ++i) parts[i].push_back(std::move(outputs[i]));
    if (tell != nullptr) RETURN_IF_ERROR(tell(progress, false));
  }
  std::vector<Tensor> whole;
  for (const std::vector<Tensor>& output : parts) {
    ASSIGN_OR_RETURN(whole.emplace_back(), ConcatenateRows(output));
  }
  return whole;
}

absl::Status Predictor::WarmUp(int64_t rows) {
  std::vector<Tensor> x;
  for (const KerasTensor& input : model_.inputs()) {
    const ir::Type type = Concrete(input.type(), rows);
    absl::StatusOr<Tensor> zeros = Allocate(type.dtype, type.shape);
    if (!zeros.ok()) return WithSubject(zeros.status(), model_.name());
    std::memset(zeros->bytes(), 0, static_cast<size_t>(zeros->nbytes()));
    x.push_back(*std::move(zeros));
  }
  return Predict(x).status();
}

absl::Status Predictor::Refresh() {
  for (auto& [types, compiled] : functions_) {
    if (compiled.function != nullptr) compiled.function->StateChanged();
  }
  const std::vector<Variable*> variables = model_.variables();
  return state_.Upload(std::vector<const Variable*>(variables.begin(), variables.end()));
}

}  // namespace tricorn::keras
