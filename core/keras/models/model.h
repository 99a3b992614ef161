#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/keras/layers/layer.h"
#include "core/keras/models/functional_graph.h"

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
  // Of the layers that they come from, as compile's dictionaries name them.
  std::vector<std::string> input_names() const;
  std::vector<std::string> output_names() const;

  // As Keras lists them: without the InputLayer in a Sequential, with it in a Functional.
  virtual std::vector<std::shared_ptr<Layer>> layers() const = 0;
  absl::StatusOr<std::shared_ptr<Layer>> GetLayer(std::string_view name) const;

  // Appends the nodes that compute the flat outputs from the flat inputs, which are cast to the
  // declared dtypes. Errors go to the builder.
  ir::Values Apply(CallContext& context, ir::Operands inputs);

  // Draws the variables that have no value yet; an error shows in status().
  void InitializeNew();

  // What `compile` was given, as Keras serializes it; null when never compiled. Kept verbatim.
  const Json& compile_config() const { return compile_config_; }
  void set_compile_config(Json config) { compile_config_ = std::move(config); }

  // The table that Keras prints, `line_length` columns wide.
  std::string Summary(int line_length = 88) const;

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
