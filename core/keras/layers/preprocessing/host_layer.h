#pragma once

#include <span>
#include <variant>
#include <vector>

#include "core/keras/layers/layer.h"
#include "core/tensor/string_tensor.h"

namespace tricorn::keras {

using HostValue = std::variant<Tensor, StringTensor>;

// A layer of strings, hashes or tables. It runs on the host, on the data before they reach a
// model's graph, as the TensorFlow parts of Keras do; models that hold one load and save, and are
// refused when they are to run.
class HostLayer : public Layer {
 public:
  using Layer::Layer;

  // The layer's output. Errors: InvalidArgument for inputs of another kind or shape than it takes.
  virtual absl::StatusOr<HostValue> Apply(std::span<const HostValue> inputs) const = 0;
  absl::StatusOr<HostValue> Apply(const HostValue& input) const { return Apply({&input, 1}); }

  absl::StatusOr<std::vector<SymbolicType>> OutputTypes(
      const CallArguments<SymbolicType>& arguments) override;

 protected:
  virtual absl::StatusOr<SymbolicType> OutputType(std::span<const SymbolicType> inputs) const = 0;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  bool autocast() const override { return false; }
};

const Shape& ShapeOf(const HostValue& value);
// Strings as they are, integers (floats truncated) in decimal: what hashes and tables go by.
std::vector<std::string> AsStrings(const HostValue& value);
// The one input. Errors: InvalidArgument for another number.
absl::StatusOr<const HostValue*> OneInput(std::span<const HostValue> inputs);

}  // namespace tricorn::keras
