#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "core/keras/layers/layer.h"

namespace tricorn::keras {

// A user's handle on a layer: `Dense` is LayerOf<layers::Dense>. Copies are the same layer.
//
//   Dense hidden({.units = 64, .activation = "relu"}, {.name = "hidden"});
//   KerasTensor y = Dense({.units = 10})(hidden(x));
template <typename L>
class LayerOf {
 public:
  using Config = typename L::Config;

  LayerOf() : layer_(std::make_shared<L>()) {}
  LayerOf(Config config, LayerOptions options = {})  // NOLINT
      : layer_(std::make_shared<L>(std::move(config), std::move(options))) {}

  KerasTensor operator()(const KerasTensor& input) const { return (*layer_)(input); }
  KerasTensor operator()(const std::vector<KerasTensor>& inputs) const { return (*layer_)(inputs); }

  L* operator->() const { return layer_.get(); }
  L& operator*() const { return *layer_; }
  const std::shared_ptr<L>& get() const { return layer_; }
  operator std::shared_ptr<Layer>() const { return layer_; }  // NOLINT

 private:
  std::shared_ptr<L> layer_;
};

}  // namespace tricorn::keras
