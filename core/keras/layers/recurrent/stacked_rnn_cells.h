#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_ref.h"
#include "core/keras/layers/recurrent/rnn_cell.h"

namespace tricorn::keras {

struct StackedRNNCellsConfig {
  std::vector<LayerRef> cells = {};
  FIELDS(cells)
};

namespace layers {

// Several cells as one: each takes the output of the one before.
// States:   those of all cells, in order.   Outputs: the last cell's.
// Errors:   InvalidArgument unless there is a cell and all are cells.
// Source:   Keras 3 `StackedRNNCells`.
class StackedRNNCells : public RnnCellWith<StackedRNNCells, StackedRNNCellsConfig> {
 public:
  static constexpr std::string_view kClassName = "StackedRNNCells";
  explicit StackedRNNCells(StackedRNNCellsConfig config = {}, LayerOptions options = {});

  std::vector<Child> children() const override;
  std::vector<Shape> state_shapes() const override;
  Shape output_shape() const override;
  int output_state() const override;
  ir::Values Constants(CallContext& context, const Shape& input, int64_t batch) override;
  ir::Value ProjectInput(CallContext& context, ir::Value input) override;
  CellStep Step(CallContext& context, ir::Value input, ir::Operands states,
                ir::Operands constants) override;
  std::shared_ptr<RnnCell> Clone() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;

 private:
  std::vector<std::shared_ptr<RnnCell>> cells_;  // null for what is no cell
  std::vector<size_t> num_constants_;            // by cell, of the call being traced
};

}  // namespace layers

using StackedRNNCells = LayerOf<layers::StackedRNNCells>;

}  // namespace tricorn::keras
