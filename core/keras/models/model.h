#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/keras/layers/layer.h"
#include "core/keras/models/functional_graph.h"
#include "core/keras/models/summary_options.h"

namespace tricorn::keras {

// A layer made of layers, with inputs and outputs of its own: Sequential or Functional.
// For one thread at a time.
class Model : public Layer {
 public:
  using Layer::Layer;

  // The first error of putting the model together; whatever needs the whole model returns it.
  const absl::Status& status() const { return status_; }
  // The calls from inputs to outputs; null while the model has no input shape.
  virtual const FunctionalGraph* graph() const = 0;
  // Flat, in the order in which they are fed and come out. Empty without a graph.
  virtual const std::vector<KerasTensor>& inputs() const = 0;
  virtual const std::vector<KerasTensor>& outputs() const = 0;
  // What compile's dictionaries and columns of data call them: the keys where inputs or outputs are
  // a dictionary, otherwise the names of the layers that they come from.
  virtual std::vector<std::string> input_names() const;
  virtual std::vector<std::string> output_names() const;
  // The names of the outputs in the structure in which the model gives them.
  virtual Nest<std::string> output_name_structure() const;

  // As Keras lists them: without the InputLayer in a Sequential, with it in a Functional.
  virtual std::vector<std::shared_ptr<Layer>> layers() const = 0;
  // Errors: NotFound, naming those that there are.
  absl::StatusOr<std::shared_ptr<Layer>> GetLayer(std::string_view name) const;
  absl::StatusOr<std::shared_ptr<Layer>> GetLayer(int64_t index) const;

  // The weights' values in Keras's order, as `get_weights` and `set_weights` say.
  // Errors: InvalidArgument for another number, or naming the weight of another shape.
  std::vector<Tensor> GetWeights() const;
  absl::Status SetWeights(const std::vector<Tensor>& values);

  // Appends the nodes that compute the flat outputs from the flat inputs, which are cast to the
  // declared dtypes. Errors go to the builder.
  ir::Values Apply(CallContext& context, ir::Operands inputs);

  // Builds for inputs of these types, where the model does not know them already.
  virtual absl::Status BuildForInputs(const CallArguments<SymbolicType>& arguments) {
    return Build(arguments);
  }

  // One batch, or a shard of it, as a training step sees it. y and sample_weight go by output,
  // where entries may be none.
  struct StepValues {
    ir::Operands x, y, sample_weight, y_pred;
  };
  // Adds, with context.AddLoss, what a training or evaluation step makes small besides the losses
  // of `compile`: a mean over the samples that it is given. This is where a model of one's own says
  // what Keras's compute_loss and train_step say.
  virtual void AddStepLosses(CallContext&, const StepValues&) {}

  // Draws the variables that have no value yet; an error shows in status().
  void InitializeNew();

  // What `compile` was given, as Keras serializes it; null when never compiled. Kept verbatim.
  const Json& compile_config() const { return compile_config_; }
  void set_compile_config(Json config) { compile_config_ = std::move(config); }

  // The table that Keras prints. Errors of the options are in its place, as text.
  std::string Summary(const SummaryOptions& options = {}) const;

  Json Serialize() const override;
  std::vector<Child> children() const override;

 protected:
  bool autocast() const override { return false; }
  void SetError(const absl::Status& status) {
    if (status_.ok()) status_ = status;
  }

 private:
  absl::Status status_;
  Json compile_config_;
};

}  // namespace tricorn::keras
