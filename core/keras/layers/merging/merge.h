#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

namespace layers {

// The base of layers that combine inputs element by element. Inputs of lower rank get axes of
// length one after the batch.
class Merge : public Layer {
 public:
  using Layer::Layer;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value CallMany(CallContext& context, ir::Operands inputs) override;
  bool supports_masking() const override { return true; }
  // An output is valid where any input is; none when an input has no mask.
  ir::Value ComputeMask(CallContext& context, ir::Operands inputs) override;

  // The least number of inputs, and the greatest (none when negative).
  virtual int min_inputs() const { return 1; }
  virtual int max_inputs() const { return -1; }
  virtual ir::Value Combine(ir::Operands inputs) const = 0;
  // How a masked input and what is there already combine; the default ignores masks.
  virtual ir::Value CombineMasked(CallContext& context, ir::Operands inputs) const;
  // For those that skip masked elements.
  ir::Value FoldWhereValid(CallContext& context, ir::Operands inputs,
                           ir::Value (*combine)(ir::Value, ir::Value)) const;
};

}  // namespace layers
}  // namespace tricorn::keras
