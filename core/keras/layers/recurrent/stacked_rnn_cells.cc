#include "core/keras/layers/recurrent/stacked_rnn_cells.h"

#include <map>

#include "core/keras/serialization/snake_case.h"

namespace tricorn::keras::layers {

StackedRNNCells::StackedRNNCells(StackedRNNCellsConfig config, LayerOptions options)
    : RnnCellWith(std::move(config), std::move(options)) {
  std::map<std::string, int> counts;
  for (const LayerRef& ref : config_.cells) {
    cells_.push_back(std::dynamic_pointer_cast<RnnCell>(ref.get()));
    if (!ref || !ref->name().empty()) continue;
    std::string name = ToSnakeCase(ref->class_name());
    if (const int count = counts[name]++; count > 0) name += "_" + std::to_string(count);
    ref->set_name(std::move(name));
  }
}

std::vector<Layer::Child> StackedRNNCells::children() const {
  std::vector<Child> children;
  for (const LayerRef& ref : config_.cells) {
    if (ref) children.push_back({"cells", true, ref.get()});
  }
  return children;
}

absl::Status StackedRNNCells::BuildFrom(std::span<const SymbolicType> inputs) {
  if (cells_.empty()) return InvalidArgument("cells: expected at least one, received none");
  if (inputs.size() != 1) return InvalidArgument("expected one input, received {}", inputs.size());
  SymbolicType input = inputs[0];
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (cells_[i] == nullptr) {
      return InvalidArgument("cells: expected cells of an RNN, received {}",
                             config_.cells[i] ? config_.cells[i]->class_name() : "none");
    }
    RETURN_IF_ERROR(WithSubject(cells_[i]->Build(CallArguments<SymbolicType>::Of({input})),
                                cells_[i]->DisplayName()));
    SymbolicShape output{input.shape.empty() ? std::nullopt : input.shape[0]};
    for (const int64_t dim : cells_[i]->output_shape()) output.push_back(dim);
    input.shape = std::move(output);
  }
  return absl::OkStatus();
}

std::vector<Shape> StackedRNNCells::state_shapes() const {
  std::vector<Shape> shapes;
  for (const auto& cell : cells_) {
    for (const Shape& shape : cell->state_shapes()) shapes.push_back(shape);
  }
  return shapes;
}

Shape StackedRNNCells::output_shape() const { return cells_.back()->output_shape(); }

int StackedRNNCells::output_state() const {
  const int within = cells_.back()->output_state();
  if (within < 0) return -1;
  return static_cast<int>(state_shapes().size() - cells_.back()->state_shapes().size()) + within;
}

ir::Values StackedRNNCells::Constants(CallContext& context, const Shape& input, int64_t batch) {
  ir::Values all;
  Shape step = input;
  num_constants_.clear();
  for (const auto& cell : cells_) {
    const ir::Values own = cell->Constants(context, step, batch);
    num_constants_.push_back(own.size());
    all.insert(all.end(), own.begin(), own.end());
    std::vector<int64_t> dims{batch};
    const Shape output = cell->output_shape();
    dims.insert(dims.end(), output.begin(), output.end());
    step = Shape(std::move(dims));
  }
  return all;
}

ir::Value StackedRNNCells::ProjectInput(CallContext& context, ir::Value input) {
  return cells_[0]->ProjectInput(context, input);
}

CellStep StackedRNNCells::Step(CallContext& context, ir::Value input, ir::Operands states,
                               ir::Operands constants) {
  CellStep all;
  for (size_t i = 0; i < cells_.size(); ++i) {
    if (i > 0) input = cells_[i]->ProjectInput(context, all.output);
    const size_t count = cells_[i]->state_shapes().size();
    const ir::Builder::Scope scope(context.builder(), cells_[i]->name());
    const CellStep step =
        cells_[i]->Step(context, input, states.first(count), constants.first(num_constants_[i]));
    states = states.subspan(count);
    constants = constants.subspan(num_constants_[i]);
    all.states.insert(all.states.end(), step.states.begin(), step.states.end());
    all.output = step.output;
  }
  return all;
}

std::shared_ptr<RnnCell> StackedRNNCells::Clone() const {
  StackedRNNCellsConfig config;
  for (const auto& cell : cells_) {
    config.cells.push_back(cell == nullptr ? LayerRef() : LayerRef(cell->Clone()));
  }
  return std::make_shared<StackedRNNCells>(std::move(config),
                                           LayerOptions{name(), trainable(), dtype_policy()});
}

}  // namespace tricorn::keras::layers
