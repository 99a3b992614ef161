#pragma once

#include "core/keras/layers/attention/attention.h"

namespace tricorn::keras {

struct AdditiveAttentionConfig {
  bool use_scale = true;
  double dropout = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(use_scale, dropout, seed)
};

namespace layers {

// Additive attention: scores are sum(scale * tanh(query + key)) over the last axis.
// Weights:  scale (size,) if use_scale.
// State:    seed (2,) u32 if dropout is above 0.
// Errors:   InvalidArgument for other than two or three inputs.
// Source:   Bahdanau et al. 2015; Keras 3 `AdditiveAttention`.
class AdditiveAttention
    : public LayerWith<AdditiveAttention, AdditiveAttentionConfig, ScoredAttention> {
 public:
  static constexpr std::string_view kClassName = "AdditiveAttention";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Scores(CallContext& context, ir::Value query, ir::Value key) override;
  double dropout() const override { return config_.dropout; }
  std::optional<int64_t> seed() const override { return config_.seed; }

 private:
  const Variable* scale_ = nullptr;
};

}  // namespace layers

using AdditiveAttention = LayerOf<layers::AdditiveAttention>;

}  // namespace tricorn::keras
