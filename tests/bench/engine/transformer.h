#pragma once

#include "core/keras/models/functional.h"

namespace tricorn::bench {

// BERT-like (post-norm, classes from position 0) or GPT-2-like (pre-norm, causal, the head tied to
// the embedding): learned positions, exact GELU, no dropout.
struct TransformerConfig {
  int64_t dim = 768;
  int64_t layers = 12;
  int64_t heads = 12;
  int64_t vocabulary = 30522;
  int64_t length = 128;
  int64_t classes = 2;  // 0: a decoder

  bool is_decoder() const { return classes == 0; }
};

keras::Functional MakeTransformer(const TransformerConfig& config);

}  // namespace tricorn::bench
