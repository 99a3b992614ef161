#include "core/keras/layers/recurrent/rnn.h"

namespace tricorn::keras::layers {

RNN::RNN(RNNConfig config, LayerOptions options)
    : RecurrentWith(std::move(config), std::move(options)) {
  set_cell(std::dynamic_pointer_cast<RnnCell>(config_.cell.get()));
}

std::shared_ptr<RecurrentLayer> RNN::Reversed(std::string name) const {
  RNNConfig config = config_;
  config.go_backwards = !config.go_backwards;
  config.cell = cell() == nullptr ? config_.cell : LayerRef(cell()->Clone());
  return std::make_shared<RNN>(std::move(config), OptionsNamed(std::move(name)));
}

}  // namespace tricorn::keras::layers
