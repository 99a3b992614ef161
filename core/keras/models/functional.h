#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/keras/models/model.h"

namespace tricorn::keras {
namespace models {

// A model by its graph of calls, from the tensors of Input() to those that it computes. Either may
// be one tensor, a list or a dictionary. Source: Keras 3 `Functional`.
class Functional : public Model {
 public:
  static constexpr std::string_view kClassName = "Functional";
  Functional(Nest<KerasTensor> inputs, Nest<KerasTensor> outputs, LayerOptions options = {});
  ~Functional() override;

  std::string_view class_name() const override { return kClassName; }
  std::string_view module() const override { return "keras.src.models.functional"; }
  std::string_view registered_name() const override { return kClassName; }
  // {"name", "trainable", "layers", "input_layers", "output_layers"}
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<Functional>> FromConfig(const Json& json,
                                                                const Deserializer& deserializer);
  Json Serialize() const override;

  const FunctionalGraph* graph() const override { return &graph_; }
  const std::vector<KerasTensor>& inputs() const override { return inputs_; }
  const std::vector<KerasTensor>& outputs() const override { return outputs_; }
  const Nest<KerasTensor>& input_structure() const { return input_structure_; }
  const Nest<KerasTensor>& output_structure() const { return output_structure_; }
  std::vector<std::string> input_names() const override;
  std::vector<std::string> output_names() const override;
  Nest<std::string> output_name_structure() const override;
  std::vector<std::shared_ptr<Layer>> layers() const override;

  // Layers of a functional model are built before it: their paths do not name it.
  void AssignPaths(const std::string& prefix) override;
  absl::StatusOr<std::vector<SymbolicType>> OutputTypes(
      const CallArguments<SymbolicType>& arguments) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType>) override { return status(); }
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  Nest<KerasTensor> input_structure_;
  Nest<KerasTensor> output_structure_;
  std::vector<KerasTensor> inputs_;
  std::vector<KerasTensor> outputs_;
  FunctionalGraph graph_;
};

}  // namespace models

// A user's handle on a functional model; copies are the same model. Its variables are drawn anew by
// Initialize. An error of its layers is in status().
//   KerasTensor x = Input({.shape = {{784}}});
//   Functional model(x, Dense({.units = 10})(Dense({.units = 64, .activation = "relu"})(x)));
class Functional {
 public:
  Functional(Nest<KerasTensor> inputs, Nest<KerasTensor> outputs, LayerOptions options = {});

  models::Functional* operator->() const { return model_.get(); }
  models::Functional& operator*() const { return *model_; }
  operator std::shared_ptr<Model>() const { return model_; }  // NOLINT
  operator std::shared_ptr<Layer>() const { return model_; }  // NOLINT
  KerasTensor operator()(const KerasTensor& input) const { return (*model_)(input); }
  KerasTensor operator()(const std::vector<KerasTensor>& inputs) const { return (*model_)(inputs); }

 private:
  std::shared_ptr<models::Functional> model_;
};

}  // namespace tricorn::keras
