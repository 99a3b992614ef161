#include "core/ops/attention/attention.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddAttentionSamples(SampleList& samples) {
  const auto mask = [](bool sees_something) {  // whether every query does, or the first none
    Tensor t(DType::kBool, {2, 1, 3, 5});
    for (int64_t i = 0; i < t.num_elements(); ++i) {
      t.data<bool>()[i] = i < 5 ? sees_something : i % 3 != 1 || i % 5 == 0;
    }
    return t;
  };
  struct Form {
    std::string_view name;
    int64_t keys;
    int64_t groups;
    AttentionAttrs attrs;
    bool sees_something = true;
    int64_t size = 2;
    int64_t value_size = 3;
  };
  for (const Form& form :
       {Form{"plain", 5, 4, {.scale = 0.7}},
        Form{"causal in groups", 3, 2, {.scale = 0.7, .is_causal = true}},
        Form{"bias", 5, 1, {.scale = 1.3, .has_bias = true}},
        Form{"bias and mask", 5, 4, {.scale = 0.7, .has_bias = true, .has_mask = true}},
        Form{"causal mask", 5, 2, {.scale = 0.7, .is_causal = true, .has_mask = true}},
        Form{"nothing seen", 5, 2, {.scale = 0.7, .has_mask = true}, false},
        Form{"wide", 5, 4, {.scale = 0.4}, true, 8, 8},
        Form{"wide and causal in groups", 3, 2, {.scale = 0.4, .is_causal = true}, true, 8, 8},
        Form{"wide with a bias", 5, 4, {.scale = 0.4, .has_bias = true}, true, 8, 16},
        Form{"wide, nothing seen", 5, 4, {.scale = 0.4, .has_mask = true}, false, 8, 8}}) {
    const Shape log_sum = {2, 4, 3};
    std::vector<Tensor> operands = {Uniform({2, 3, 4, form.size}, -1, 1),
                                    Uniform({2, form.keys, form.groups, form.size}, -1, 1.5),
                                    Uniform({2, form.keys, form.groups, form.value_size}, -1, 1)};
    if (form.attrs.has_bias) operands.push_back(Uniform({1, 4, 3, form.keys}, -1, 1));
    if (form.attrs.has_mask) operands.push_back(mask(form.sees_something));
    samples.push_back(
        {.name = fmt::format("dot_product_attention/{}", form.name),
         .op = &kDotProductAttention,
         .attrs = form.attrs,
         .operands = operands,
         // Where nothing is seen log_sum is too great for differences; wide ones are many.
         .differentiable = form.sees_something && form.size == 2,
         .gradient_tolerance = 1e-5});
    operands.push_back(Uniform(log_sum, 1, 2));
    if (!form.sees_something) operands.back().data<double>()[0] = kUnseen;
    operands.push_back(Uniform({2, 3, 4, form.value_size}, -1, 1));
    operands.push_back(Uniform({2, 3, 4, form.value_size}, -1, 1));
    std::vector<size_t> float32_operands = {operands.size() - 3};
    const bool has_log_sum_gradient = form.attrs.is_causal && form.size == 2;
    if (has_log_sum_gradient) {
      operands.push_back(Uniform(log_sum, -1, 1));
      float32_operands.push_back(operands.size() - 1);
    }
    samples.push_back({.name = fmt::format("dot_product_attention_gradient/{}", form.name),
                       .op = &kDotProductAttentionGradient,
                       .attrs = AttentionGradientAttrs{form.attrs, has_log_sum_gradient},
                       .operands = std::move(operands),
                       .differentiable = form.size == 2,
                       .gradient_tolerance = 1e-5,
                       .float32_operands = std::move(float32_operands)});
  }
}

}  // namespace tricorn::ops
