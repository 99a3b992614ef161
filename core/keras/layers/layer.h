#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/keras/dtype_policies/dtype_policy.h"
#include "core/keras/layers/operation.h"

namespace tricorn::keras {

class QuantizationConfig;

// What every layer takes besides its own config.
struct LayerOptions {
  std::string name = "";  // given by the model when empty
  bool trainable = true;
  DTypePolicy dtype = DefaultDTypePolicy();
  FIELDS(name, trainable, dtype)
};

// A step of a model with a config, variables and a call that builds graph nodes.
//
// A layer class derives from LayerWith (layer_with.h) and gives kClassName, its config struct,
// BuildFrom where it has variables, and one of Call, CallMany and CallLayer.
class Layer : public Operation {
 public:
  static constexpr std::string_view kKind = "layer";

  explicit Layer(LayerOptions options);

  std::string_view module() const override { return "keras.layers"; }

  // -- Config
  const DTypePolicy& dtype_policy() const { return dtype_; }
  DType compute_dtype() const { return dtype_.compute_dtype(); }
  DType variable_dtype() const { return dtype_.variable_dtype(); }
  bool trainable() const { return trainable_; }
  // With all layers inside.
  void set_trainable(bool trainable);

  // -- Variables
  bool built() const { return built_; }
  absl::Status Build(const CallArguments<SymbolicType>& arguments) final;
  // What Keras's build_config says, to rebuild the layer; null for a layer without variables.
  const Json& build_config() const { return build_config_; }
  // For a layer that is made from `form`, what Serialize() gave: a build_config that leaves open
  // what is known here stays as it was saved.
  void KeepSavedForm(const Json& form) { saved_build_config_ = form["build_config"]; }

  // The layers inside, by the attribute that Keras holds them in: "cell", or for members of a list
  // the list's: "layers". In Keras's order of creation.
  struct Child {
    std::string attribute;
    bool in_list = false;
    std::shared_ptr<Layer> layer;
  };
  virtual std::vector<Child> children() const { return {}; }
  // The class as weights files name it, where Keras's own differs from the public one.
  virtual std::string_view saved_class_name() const { return class_name(); }
  // Of this layer alone: trainable ones, then the others, each in order of creation.
  virtual std::vector<Variable*> own_variables() const;
  // With the layers inside, each once, in Keras's order. `weights` leaves seeds out.
  std::vector<Variable*> variables() const;
  std::vector<Variable*> weights() const;
  // None when this layer or the one that holds the variable is frozen.
  std::vector<Variable*> trainable_weights() const;
  int64_t CountParams() const;

  // Sets each variable's path: `prefix`, the names of the layers down to it, its own name.
  virtual void AssignPaths(const std::string& prefix);
  // Puts quantized weights in the place of the built layer's. Errors: Unimplemented for a layer or
  // a mode that has no such form, FailedPrecondition for weights that are not there.
  virtual absl::Status Quantize(const std::shared_ptr<const QuantizationConfig>& config);

  // Draws all variables from their initializers. Two layers differ, two runs do not: each
  // variable's stream is `seed` and its path. Errors: those of the initializers.
  absl::Status Initialize(uint64_t seed, bool only_missing = false);

  // -- Files
  // What a weights file holds of this layer alone, in its order: own_variables() without seeds,
  // unless a layer says otherwise.
  virtual std::vector<Variable*> saved_variables() const;
  // The values that a file gets for them. Errors: FailedPrecondition for a variable without one.
  virtual absl::StatusOr<std::vector<Tensor>> SavedValues() const;
  // After a file set them.
  virtual void OnLoaded() {}
  // What an archive keeps for the layer beside its weights, by file name: vocabularies.
  using Assets = std::map<std::string, std::string>;
  virtual Assets SaveAssets() const { return {}; }
  // Errors: InvalidArgument for a file that is missing or malformed.
  virtual absl::Status LoadAssets(const Assets&) { return absl::OkStatus(); }

  // -- Call
  // Casts floating inputs to the compute dtype, calls the layer in its scope, carries masks over
  // and adds the activity regularizer's loss.
  ir::Values CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  // The losses of weight regularizers, in the order of trainable_weights(): once a trace.
  void AddRegularizationLosses(CallContext& context) const;

  // {"module", "class_name", "config", "registered_name", "build_config"}
  virtual Json Serialize() const;

 protected:
  // -- What a layer class gives
  // Creates the variables, from the types of the first argument's tensors. Errors name expected and
  // received; the layer's name is put before.
  virtual absl::Status BuildFrom(std::span<const SymbolicType> inputs);
  virtual absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) {
    return BuildFrom(arguments.Inputs());
  }
  // What build_config() says of a layer built so.
  virtual Json BuildConfigFor(const CallArguments<SymbolicType>& arguments) const;
  // One input and one output; several inputs; any arguments.
  virtual ir::Value Call(CallContext& context, ir::Value input);
  virtual ir::Value CallMany(CallContext& context, ir::Operands inputs);
  virtual ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments);
  // Whether outputs carry masks, and which: by default that of the first input.
  virtual bool supports_masking() const { return false; }
  virtual ir::Value ComputeMask(CallContext& context, ir::Operands inputs);
  // Whether the call gets its `mask` argument as it was given, in place of finding it on its
  // inputs.
  virtual bool takes_mask_argument() const { return false; }
  // Whether the call has a mask for each of its arguments, as `query_mask`. Other calls find the
  // masks on their inputs only if no other argument is a tensor: a recurrent layer that is given
  // `initial_state` heeds `mask` alone.
  virtual bool takes_mask_of_each_argument() const { return false; }
  virtual const Regularizer* activity_regularizer() const { return nullptr; }
  // Whether floating inputs are cast to the compute dtype.
  virtual bool autocast() const { return true; }
  // The first error among config members that were given by name.
  virtual absl::Status CheckConfig() const { return absl::OkStatus(); }

  // -- What a layer class uses
  struct WeightOptions {
    std::string name;
    Shape shape;
    InitializerRef initializer = "zeros";
    RegularizerRef regularizer = {};
    ConstraintRef constraint = {};
    bool trainable = true;
    std::optional<DType> dtype = std::nullopt;  // the policy's when none
    Aggregation aggregation = Aggregation::kMean;
    bool overwritten_by_gradient = false;
  };
  // Lives as long as the layer.
  const Variable* AddWeight(WeightOptions options);
  // For weights of a built layer: forgets one that another takes the place of; declares one not
  // trainable; draws the value of a new one.
  void RemoveWeight(const Variable* variable);
  void FreezeWeight(const Variable* variable);
  absl::Status InitializeWeight(const Variable* variable, uint64_t seed = 0);
  // The first error of AddWeight, for weights added after the layer was built.
  const absl::Status& weight_status() const { return weight_error_; }
  void set_dtype_policy(DTypePolicy policy) { dtype_ = std::move(policy); }
  // The state of a random layer: its config's seed, or one by path.
  const Variable* AddSeed(std::optional<int64_t> seed);
  // The weight's value in this trace, cast to the compute dtype if floating.
  ir::Value Weight(CallContext& context, const Variable* variable) const;
  ir::Value Autocast(ir::Value value) const;

  Json::Object OptionsConfig() const;  // name, trainable, dtype

 private:
  void AppendVariables(std::vector<Variable*>& out, bool only_trainable) const;
  void AddActivityLosses(CallContext& context, ir::Operands outputs) const;

  DTypePolicy dtype_;
  bool trainable_;
  bool built_ = false;
  Json build_config_;
  Json saved_build_config_;    // null when none
  absl::Status weight_error_;  // the first of AddWeight
  std::string path_;           // with a slash at the end, once assigned
  std::vector<std::unique_ptr<Variable>> variables_;
};

}  // namespace tricorn::keras
