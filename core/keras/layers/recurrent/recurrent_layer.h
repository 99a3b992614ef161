#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/keras/layers/layer_with.h"
#include "core/keras/layers/recurrent/recurrence.h"

namespace tricorn::keras {

// A layer that walks a cell along a sequence.
// Inputs:   x (batch, steps, ...); initial_state, a list of states (argument or keyword): zeros
// when
//           none, or with `stateful` what the call before left; a mask (batch, steps).
// Outputs:  the last output, or with return_sequences those of all steps, in the order of the walk;
//           then with return_state the last states. They carry no mask.
// State:    with `stateful` the states, not saved.
// Errors:   InvalidArgument for `stateful` without a known batch size and a wrong number of states.
class RecurrentLayer : public Layer {
 public:
  using Layer::Layer;

  virtual RecurrenceOptions options() const = 0;
  // Another layer of this config that walks the other way, without variables yet.
  virtual std::shared_ptr<RecurrentLayer> Reversed(std::string name) const = 0;
  // Bidirectional's: masked steps of sequences give zeros.
  virtual void ZeroMaskedSequences() = 0;

  std::vector<Child> children() const override { return {{"cell", false, cell_}}; }
  // Zeroes the states of a stateful layer.
  void ResetState();

 protected:
  // Null until the constructor, or the config, has given it.
  void set_cell(std::shared_ptr<RnnCell> cell) { cell_ = std::move(cell); }
  const std::shared_ptr<RnnCell>& cell() const { return cell_; }

  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) override;
  Json BuildConfigFor(const CallArguments<SymbolicType>& arguments) const override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  ir::Values StartingState(CallContext& context, const CallArguments<ir::Value>& arguments);

  std::vector<Variable*> StateVariables() const;

  std::shared_ptr<RnnCell> cell_;
  std::vector<const Variable*> states_;  // of a stateful layer
};

// A recurrent layer class as a config struct, whose members of RecurrenceOptions' names are these.
template <typename Derived, HasFields C>
class RecurrentWith : public LayerWith<Derived, C, RecurrentLayer> {
 public:
  using LayerWith<Derived, C, RecurrentLayer>::LayerWith;

  RecurrenceOptions options() const override {
    const C& c = this->config_;
    return {.return_sequences = c.return_sequences,
            .return_state = c.return_state,
            .go_backwards = c.go_backwards,
            .stateful = c.stateful,
            .unroll = c.unroll,
            .zero_output_for_mask = c.zero_output_for_mask};
  }
  void ZeroMaskedSequences() override {
    this->config_.zero_output_for_mask = this->config_.return_sequences;
  }
  // Keras's hints to its own backends mean nothing here.
  static absl::StatusOr<std::shared_ptr<Derived>> FromConfig(const Json& json,
                                                             const Deserializer& deserializer) {
    Json rest = json;
    for (const char* hint : {"use_cudnn", "implementation"}) {
      if (rest.is_object() && rest.Has(hint)) rest.Erase(hint);
    }
    return LayerWith<Derived, C, RecurrentLayer>::FromConfig(rest, deserializer);
  }

 protected:
  LayerOptions OptionsNamed(std::string name) const {
    return {std::move(name), this->trainable(), this->dtype_policy()};
  }
};

// Of layers that make their cell from their own config: LSTM's is an LSTMCell. Derived gives
// `MakeCell(config, options)`, static because it is called before there is a Derived, and
// kCellName.
template <typename Derived, HasFields C>
class RecurrentOfCell : public RecurrentWith<Derived, C> {
 public:
  explicit RecurrentOfCell(C config = {}, LayerOptions options = {})
      : RecurrentWith<Derived, C>(std::move(config), std::move(options)) {
    this->set_cell(
        Derived::MakeCell(this->config_, this->OptionsNamed(std::string(Derived::kCellName))));
  }

  std::shared_ptr<RecurrentLayer> Reversed(std::string name) const override {
    C config = this->config_;
    config.go_backwards = !config.go_backwards;
    return std::make_shared<Derived>(std::move(config), this->OptionsNamed(std::move(name)));
  }
};

}  // namespace tricorn::keras
