#include "tests/bench/engine/transformer.h"

#include "core/keras/layers/attention/multi_head_attention.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/layers/merging/add.h"
#include "core/keras/layers/normalization/layer_normalization.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/shape/shape.h"

namespace tricorn::bench {
namespace {

using keras::KerasTensor;

// y = x + table, one row a position.
class AddPosition : public keras::LayerWith<AddPosition, keras::NoLayerConfig> {
 public:
  static constexpr std::string_view kClassName = "AddPosition";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const keras::SymbolicType> inputs) override {
    table_ = AddWeight({.name = "table",
                        .shape = {*inputs[0].dim(1), *inputs[0].dim(2)},
                        .initializer = "random_normal"});
    return absl::OkStatus();
  }
  ir::Value Call(keras::CallContext& context, ir::Value x) override {
    return x + Weight(context, table_);
  }

 private:
  const keras::Variable* table_ = nullptr;
};

struct TiedEmbeddingConfig {
  int64_t vocabulary = 0;
  int64_t dim = 0;
  FIELDS(vocabulary, dim)
};
// Rows of a table for ids; of vectors, their products with all rows.
class TiedEmbedding : public keras::LayerWith<TiedEmbedding, TiedEmbeddingConfig> {
 public:
  static constexpr std::string_view kClassName = "TiedEmbedding";
  using LayerWith::LayerWith;

 protected:
  absl::Status BuildFrom(std::span<const keras::SymbolicType>) override {
    table_ = AddWeight({.name = "embeddings",
                        .shape = {config_.vocabulary, config_.dim},
                        .initializer = "uniform"});
    return absl::OkStatus();
  }
  ir::Value Call(keras::CallContext& context, ir::Value x) override {
    const ir::Value table = Weight(context, table_);
    return IsInteger(x.dtype()) ? ops::Take(table, x, 0) : ops::Tensordot(x, table, {2}, {1});
  }

 private:
  const keras::Variable* table_ = nullptr;
};

class FirstPosition : public keras::LayerWith<FirstPosition, keras::NoLayerConfig> {
 public:
  static constexpr std::string_view kClassName = "FirstPosition";
  using LayerWith::LayerWith;

 protected:
  ir::Value Call(keras::CallContext&, ir::Value x) override {
    return ops::Squeeze(ops::SliceAxis(x, 1, 0, 1), {1});
  }
};

KerasTensor Norm(const KerasTensor& x) { return keras::LayerNormalization({.epsilon = 1e-5})(x); }

KerasTensor FeedForward(const KerasTensor& x, int64_t dim) {
  return keras::Dense({.units = dim})(keras::Dense({.units = 4 * dim, .activation = "gelu"})(x));
}

KerasTensor Block(const KerasTensor& x, const TransformerConfig& c) {
  const keras::MultiHeadAttention attention({.num_heads = c.heads, .key_dim = c.dim / c.heads});
  if (c.is_decoder()) {
    const KerasTensor h = Norm(x);
    const KerasTensor y = keras::Add()({x, attention(h, h, {.use_causal_mask = true})});
    return keras::Add()({y, FeedForward(Norm(y), c.dim)});
  }
  const KerasTensor y = Norm(keras::Add()({x, attention(x, x)}));
  return Norm(keras::Add()({y, FeedForward(y, c.dim)}));
}

}  // namespace

keras::Functional MakeTransformer(const TransformerConfig& c) {
  const KerasTensor input = keras::Input({.shape = {{c.length}}, .dtype = DType::kI32});
  const keras::LayerOf<TiedEmbedding> embedding({.vocabulary = c.vocabulary, .dim = c.dim});
  KerasTensor x = keras::LayerOf<AddPosition>()(embedding(input));
  if (!c.is_decoder()) x = Norm(x);
  for (int64_t i = 0; i < c.layers; ++i) x = Block(x, c);
  if (c.is_decoder()) return keras::Functional(input, embedding(Norm(x)));
  return keras::Functional(input,
                           keras::Dense({.units = c.classes})(keras::LayerOf<FirstPosition>()(x)));
}

}  // namespace tricorn::bench
