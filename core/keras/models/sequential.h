#pragma once

#include <initializer_list>
#include <memory>
#include <vector>

#include "core/keras/layers/layer_of.h"
#include "core/keras/models/functional.h"

namespace tricorn::keras {

// What a Sequential is made of: a layer, or the tensor of Input() as the first.
class SequentialItem {
 public:
  template <typename L>
  SequentialItem(const LayerOf<L>& layer) : layer_(layer.get()) {}            // NOLINT
  SequentialItem(std::shared_ptr<Layer> layer) : layer_(std::move(layer)) {}  // NOLINT
  SequentialItem(const Functional& model) : layer_(model) {}                  // NOLINT
  SequentialItem(const KerasTensor& input);                                   // NOLINT

  // Null for a tensor that is not one of Input(), with the reason in status().
  const std::shared_ptr<Layer>& layer() const { return layer_; }
  const absl::Status& status() const { return status_; }

 private:
  std::shared_ptr<Layer> layer_;
  absl::Status status_;
};

namespace models {

// A stack of layers, each with one input and one output. It has variables once it knows its input
// shape: from an InputLayer or a model as first layer, or from Build.
// Source: Keras 3 `Sequential`.
class Sequential : public Model {
 public:
  static constexpr std::string_view kClassName = "Sequential";
  explicit Sequential(std::vector<SequentialItem> items, LayerOptions options = {});

  std::string_view class_name() const override { return kClassName; }
  std::string_view module() const override { return "keras"; }
  // {"name", "trainable", "dtype", "layers", "build_input_shape"}
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<Sequential>> FromConfig(const Json& json,
                                                                const Deserializer& deserializer);

  // Builds for inputs of this type, the batch axis included. Errors: those of the layers.
  absl::Status BuildForInput(const SymbolicType& type);

  const FunctionalGraph* graph() const override {
    return functional_ == nullptr ? nullptr : functional_->graph();
  }
  const std::vector<KerasTensor>& inputs() const override;
  const std::vector<KerasTensor>& outputs() const override;
  std::vector<std::shared_ptr<Layer>> layers() const override;
  void AssignPaths(const std::string& prefix) override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  absl::Status Chain(const KerasTensor& input);

  std::vector<std::shared_ptr<Layer>> layers_;  // with the InputLayer, if there is one
  std::shared_ptr<Functional> functional_;
};

}  // namespace models

// A user's handle on a sequential model; copies are the same model. An error of its layers is in
// status().
//   Sequential model({Input({.shape = {{784}}}), Dense({.units = 64, .activation = "relu"}),
//                     Dense({.units = 10})});
class Sequential {
 public:
  Sequential(std::initializer_list<SequentialItem> items, LayerOptions options = {});
  explicit Sequential(std::vector<SequentialItem> items, LayerOptions options = {});

  models::Sequential* operator->() const { return model_.get(); }
  models::Sequential& operator*() const { return *model_; }
  operator std::shared_ptr<Model>() const { return model_; }  // NOLINT
  operator std::shared_ptr<Layer>() const { return model_; }  // NOLINT
  KerasTensor operator()(const KerasTensor& input) const { return (*model_)(input); }

 private:
  std::shared_ptr<models::Sequential> model_;
};

}  // namespace tricorn::keras
