#pragma once

#include <memory>
#include <vector>

#include "core/keras/layers/layer.h"

namespace tricorn::keras {
namespace layers {

// Layers one after the other as one layer: augmentation, say, that a data pipeline applies too.
// Errors:   those of the layers; InvalidArgument for a layer with several outputs inside.
// Source:   Keras 3 `Pipeline`.
class Pipeline : public Layer {
 public:
  static constexpr std::string_view kClassName = "Pipeline";
  explicit Pipeline(std::vector<std::shared_ptr<Layer>> layers, LayerOptions options = {})
      : Layer(std::move(options)), layers_(std::move(layers)) {}

  std::string_view class_name() const override { return kClassName; }
  // {"layers", "name"}: what Keras's class takes.
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<Pipeline>> FromConfig(const Json& json,
                                                              const Deserializer& deserializer);
  std::vector<Child> children() const override;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Call(CallContext& context, ir::Value x) override;
  bool autocast() const override { return false; }

 private:
  const std::vector<std::shared_ptr<Layer>> layers_;
  std::vector<Json> build_configs_;  // Keras builds them from the config, with or without variables
};

}  // namespace layers
}  // namespace tricorn::keras
