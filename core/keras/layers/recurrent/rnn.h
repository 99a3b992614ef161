#pragma once

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_ref.h"
#include "core/keras/layers/recurrent/recurrent_layer.h"

namespace tricorn::keras {

struct RNNConfig {
  bool return_sequences = false;
  bool return_state = false;
  bool go_backwards = false;
  bool stateful = false;
  bool unroll = false;
  bool zero_output_for_mask = false;
  LayerRef cell = nullptr;
  FIELDS(return_sequences, return_state, go_backwards, stateful, unroll, zero_output_for_mask, cell)
};

namespace layers {

// Any cell along a sequence: see RecurrentLayer. A user's cell derives from RnnCellWith.
// Source:   Keras 3 `RNN`.
class RNN : public RecurrentWith<RNN, RNNConfig> {
 public:
  static constexpr std::string_view kClassName = "RNN";
  explicit RNN(RNNConfig config = {}, LayerOptions options = {});

  std::shared_ptr<RecurrentLayer> Reversed(std::string name) const override;
};

}  // namespace layers

using RNN = LayerOf<layers::RNN>;

}  // namespace tricorn::keras
