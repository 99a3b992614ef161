#pragma once

#include "core/keras/layers/layer_of.h"

namespace tricorn::keras {

// What else a call of MultiHeadAttention or GroupQueryAttention takes.
struct AttentionInputs {
  KerasTensor key = {};             // value when none
  KerasTensor attention_mask = {};  // none when none
  bool use_causal_mask = false;
};

// A user's handle on such a layer. Scores are a second output, of CallOn.
//
//   MultiHeadAttention attention({.num_heads = 8, .key_dim = 64});
//   x = attention(x, x, {.use_causal_mask = true});
template <typename L>
class AttentionOf : public LayerOf<L> {
 public:
  using LayerOf<L>::LayerOf;

  KerasTensor operator()(const KerasTensor& query, const KerasTensor& value,
                         const AttentionInputs& more = {}) const {
    CallArguments<KerasTensor> arguments({query, value});
    const auto add = [&](const char* name, const KerasTensor& tensor) {
      if (tensor.node() != nullptr || !tensor.status().ok()) {
        arguments.kwargs.emplace_back(name, tensor);
      }
    };
    add("key", more.key);
    add("attention_mask", more.attention_mask);
    if (more.use_causal_mask) {
      arguments.kwargs.emplace_back("use_causal_mask", Nest<KerasTensor>(Json(true)));
    }
    const absl::StatusOr<std::vector<KerasTensor>> y = (*this)->CallOn(std::move(arguments));
    return y.ok() ? (*y)[0] : KerasTensor(y.status());
  }
};

}  // namespace tricorn::keras
