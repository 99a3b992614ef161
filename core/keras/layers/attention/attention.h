#pragma once

#include <optional>

#include "core/keras/layers/layer_of.h"
#include "core/keras/layers/layer_with.h"

namespace tricorn::keras {

enum class ScoreMode : uint8_t { kDot, kConcat };
Json ToJson(ScoreMode mode);
absl::Status FromJson(const Json& json, ScoreMode* out);

struct AttentionConfig {
  bool use_scale = false;
  ScoreMode score_mode = ScoreMode::kDot;
  double dropout = 0.0;
  std::optional<int64_t> seed = std::nullopt;
  FIELDS(use_scale, score_mode, dropout, seed)
};

namespace layers {

// What Attention and AdditiveAttention share: y = softmax(scores) value, the scores being theirs.
// Inputs:   [query (batch, queries, size), value (batch, keys, size)] and key, as value, when it is
//           not value. Call arguments: mask [of query (batch, queries), of value (batch, keys)],
//           return_attention_scores, use_causal_mask.
// Outputs:  y (batch, queries, size of value), 0 where the query is masked; the softmax (batch,
//           queries, keys) if asked for.
class ScoredAttention : public Layer {
 public:
  using Layer::Layer;

 protected:
  ir::Values CallLayer(CallContext& context, const CallArguments<ir::Value>& arguments) override;
  bool supports_masking() const override { return true; }
  bool takes_mask_argument() const override { return true; }
  ir::Value ComputeMask(CallContext&, ir::Operands) override { return {}; }  // the call sets it

  // Checks the inputs and adds the seed.
  absl::Status BuildScored(std::span<const SymbolicType> inputs);
  // (batch, queries, keys).
  virtual ir::Value Scores(CallContext& context, ir::Value query, ir::Value key) = 0;
  virtual double dropout() const = 0;
  virtual std::optional<int64_t> seed() const = 0;

 private:
  const Variable* seed_ = nullptr;
};

// Dot-product attention. Scores are query.key, or sum(tanh(query + key)) in mode "concat".
// Weights:  scale (), a factor of the dot or within the tanh, if use_scale; concat_score_weight (),
//           a factor of the sum.
// State:    seed (2,) u32 if dropout is above 0.
// Errors:   InvalidArgument for other than two or three inputs.
// Source:   Luong et al. 2015; Keras 3 `Attention`.
class Attention : public LayerWith<Attention, AttentionConfig, ScoredAttention> {
 public:
  static constexpr std::string_view kClassName = "Attention";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const SymbolicType> inputs) override;
  ir::Value Scores(CallContext& context, ir::Value query, ir::Value key) override;
  double dropout() const override { return config_.dropout; }
  std::optional<int64_t> seed() const override { return config_.seed; }

 private:
  const Variable* scale_ = nullptr;
  const Variable* concat_score_weight_ = nullptr;
};

}  // namespace layers

using Attention = LayerOf<layers::Attention>;

}  // namespace tricorn::keras
