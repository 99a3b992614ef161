#pragma once

#include <memory>
#include <vector>

#include "core/keras/layers/layer.h"

namespace tricorn::keras {
namespace layers {

// A layer whose kernel (or table) is kept at spectral norm 1: each training call divides it by the
// largest singular value s that power iteration finds, and then calls the layer.
//   v = normalize(u . w^T), u = normalize(v . w), power_iterations times; s = v . w . u^T
// w: the kernel as a matrix of its last axis. A kernel of zeros stays.
// Weights:  the layer's; vector_u (1, units), not trained.
// Errors:   InvalidArgument for a layer without kernel or embeddings, or power_iterations below 1.
// Source:   Miyato et al. 2018; Keras 3 `SpectralNormalization`.
class SpectralNormalization : public Layer {
 public:
  static constexpr std::string_view kClassName = "SpectralNormalization";
  explicit SpectralNormalization(std::shared_ptr<Layer> layer, int64_t power_iterations = 1,
                                 LayerOptions options = {})
      : Layer(std::move(options)), layer_(std::move(layer)), power_iterations_(power_iterations) {}

  std::string_view class_name() const override { return kClassName; }
  Json GetConfig() const override;
  static absl::StatusOr<std::shared_ptr<SpectralNormalization>> FromConfig(
      const Json& json, const Deserializer& deserializer);
  std::vector<Child> children() const override;
  // With the kernel, which Keras counts here too.
  std::vector<Variable*> own_variables() const override;

 protected:
  absl::Status BuildWith(const CallArguments<SymbolicType>& arguments) override;
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;

 private:
  void Normalize(CallContext& context);

  const std::shared_ptr<Layer> layer_;
  const int64_t power_iterations_;
  Variable* kernel_ = nullptr;
  const Variable* vector_u_ = nullptr;
};

}  // namespace layers
}  // namespace tricorn::keras
