#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

// What one step gives.
struct CellStep {
  ir::Value output;
  ir::Values states;
};

// A layer that does one step of a recurrence. A cell class derives from RnnCellWith and gives its
// shapes and Step; RNN runs it along a sequence.
class RnnCell : public Layer {
 public:
  using Layer::Layer;

  // Without the batch axis, in the order of the states; of a built cell.
  virtual std::vector<Shape> state_shapes() const = 0;
  virtual Shape output_shape() const { return state_shapes()[0]; }
  // Which state the output of Step is, the very value; -1 when it is none.
  virtual int output_state() const { return -1; }

  // Values that are the same in all steps, as masks of recurrent dropout: computed once, before the
  // loop. `input` has the shape of one step, with the batch.
  virtual ir::Values Constants(CallContext& /*context*/, const Shape& /*input*/,
                               int64_t /*batch*/) {
    return {};
  }
  // What of a step depends on its input alone. `input` is (batch, ...), or (steps, batch, ...) for
  // all steps at once.
  virtual ir::Value ProjectInput(CallContext& /*context*/, ir::Value input) { return input; }
  // One step, in the cell's compute dtype. `input` is ProjectInput's, (batch, ...).
  virtual CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                        ir::Operands constants) = 0;

  // All steps as one op, where there is one for this cell: `sequence` of the outputs (steps, batch,
  // ...) in the order of t. `projected` is ProjectInput's, (steps, batch, ...).
  struct Walk {
    ir::Values states;  // the last ones
    ir::Value sequence;
  };
  virtual std::optional<Walk> WalkAll(CallContext& /*context*/, ir::Value /*projected*/,
                                      const ir::Values& /*initial*/, bool /*go_backwards*/) {
    return std::nullopt;
  }

  // Another cell with this config and no variables yet.
  virtual std::shared_ptr<RnnCell> Clone() const = 0;

  // Zeros.
  ir::Values InitialState(CallContext& context, int64_t batch) const;

 protected:
  // Called as a layer: inputs (batch, ...) and a list of states; gives the output, then the states.
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
};

// A cell class as a config struct, as LayerWith is for layers.
template <typename Derived, HasFields C>
class RnnCellWith : public LayerWith<Derived, C, RnnCell> {
 public:
  using LayerWith<Derived, C, RnnCell>::LayerWith;

  std::shared_ptr<RnnCell> Clone() const override {
    return std::make_shared<Derived>(
        this->config_, LayerOptions{this->name(), this->trainable(), this->dtype_policy()});
  }
};

}  // namespace tricorn::keras
