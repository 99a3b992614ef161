#include "core/keras/layers/recurrent/bidirectional.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras::layers {
namespace {

std::string Prefixed(std::string_view prefix, std::string_view name) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  return std::string(prefix) + std::string(name);
}

// The arguments of one direction: the inputs with the mask that the call sees, and its half of the
// states.
CallArguments<ir::Value> OfDirection(const CallContext& context,
                                     const CallArguments<ir::Value>& arguments, bool backward) {
  using Values = Nest<ir::Value>;
  CallArguments<ir::Value> own({arguments.args[0]});
  if (const ir::Value mask = context.MaskOf(arguments.Inputs()[0])) {
    own.kwargs.emplace_back("mask", mask);
  }
  const Values* states = arguments.Keyword("initial_state");
  if (states == nullptr && arguments.args.size() > 1) states = &arguments.args[1];
  if (states == nullptr || !states->is_list()) return own;
  const Values::List& all = states->list();
  const auto half = static_cast<ptrdiff_t>(all.size() / 2);
  Values::List part(backward ? all.begin() + half : all.begin(),
                    backward ? all.end() : all.begin() + half);
  own.kwargs.emplace_back("initial_state", Values(std::move(part)));
  return own;
}

}  // namespace

Bidirectional::Bidirectional(BidirectionalConfig config, LayerOptions options)
    : LayerWith(std::move(config), std::move(options)) {
  forward_ = std::dynamic_pointer_cast<RecurrentLayer>(config_.layer.get());
  if (forward_ == nullptr) return;
  const std::string name = forward_->DisplayName();
  if (!config_.backward_layer) {
    config_.backward_layer =
        std::shared_ptr<Layer>(forward_->Reversed(Prefixed("backward_", name)));
  }
  forward_->set_name(Prefixed("forward_", name));
  backward_ = std::dynamic_pointer_cast<RecurrentLayer>(config_.backward_layer.get());
  for (const auto& layer : {forward_, backward_}) {
    if (layer != nullptr) layer->ZeroMaskedSequences();
  }
}

std::vector<Layer::Child> Bidirectional::children() const {
  std::vector<Child> children;
  if (config_.layer) children.push_back({"forward_layer", false, config_.layer.get()});
  if (config_.backward_layer) {
    children.push_back({"backward_layer", false, config_.backward_layer.get()});
  }
  return children;
}

absl::Status Bidirectional::CheckConfig() const {
  if (forward_ == nullptr || backward_ == nullptr) {
    return InvalidArgument("{}: expected a recurrent layer, received {}",
                           forward_ == nullptr ? "layer" : "backward_layer",
                           config_.layer ? "another" : "none");
  }
  const RecurrenceOptions a = forward_->options(), b = backward_->options();
  if (a.go_backwards == b.go_backwards) {
    return InvalidArgument("go_backwards: expected layers that differ, received {} of both",
                           a.go_backwards);
  }
  if (a.stateful != b.stateful || a.return_sequences != b.return_sequences ||
      a.return_state != b.return_state) {
    return InvalidArgument(
        "backward_layer: expected layer's stateful, return_sequences and return_state, received "
        "others");
  }
  return absl::OkStatus();
}

absl::Status Bidirectional::BuildWith(const CallArguments<SymbolicType>& arguments) {
  const CallArguments<SymbolicType> sequences({arguments.args[0]});
  for (const auto& layer : {forward_, backward_}) {
    RETURN_IF_ERROR(WithSubject(layer->Build(sequences), layer->DisplayName()));
  }
  return absl::OkStatus();
}

ir::Values Bidirectional::Merge(ir::Value forward, ir::Value backward) const {
  if (!config_.merge_mode) return {forward, backward};
  switch (*config_.merge_mode) {
    case MergeMode::kConcat:
      return {ops::Concatenate({{forward, backward}}, -1)};
    case MergeMode::kSum:
      return {forward + backward};
    case MergeMode::kMultiply:
      return {forward * backward};
    case MergeMode::kAverage:
      return {(forward + backward) / 2};
  }
  return {};
}

ir::Values Bidirectional::CallLayer(CallContext& context,
                                    const CallArguments<ir::Value>& arguments) {
  const RecurrenceOptions options = forward_->options();
  const ir::Values y = forward_->CallWith(context, OfDirection(context, arguments, false));
  const ir::Values reversed = backward_->CallWith(context, OfDirection(context, arguments, true));
  if (!context.builder().ok()) return {ir::Value(&context.builder(), -1)};
  ir::Value backward = Autocast(reversed[0]);
  if (options.return_sequences) backward = ops::Reverse(backward, {1});
  ir::Values outputs = Merge(Autocast(y[0]), backward);
  for (const ir::Values* of : {&y, &reversed})
    outputs.insert(outputs.end(), of->begin() + 1, of->end());
  return outputs;
}

void Bidirectional::ResetState() {
  forward_->ResetState();
  backward_->ResetState();
}

}  // namespace tricorn::keras::layers
