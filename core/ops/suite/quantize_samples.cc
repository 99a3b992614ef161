#include "core/ops/quantize/quantize.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

// Gradients that are declared, not derivatives: finite differences do not see them.
void AddQuantizeSamples(SampleList& samples) {
  const Tensor x = Distinct({3, 4});
  samples.push_back({"straight_through", &kStraightThrough, {}, {x, Uniform({3, 4}, -1, 1)}});
  samples.back().differentiable = false;
  const auto ends = [](Shape shape, double value) {
    Tensor t(DType::kF32, std::move(shape));
    for (int64_t i = 0; i < t.num_elements(); ++i) {
      t.data<float>()[i] = static_cast<float>(value) * (1 + 0.125f * static_cast<float>(i));
    }
    return t;
  };
  const auto add_fake_quant = [&](std::string_view what, Shape shape, FakeQuantAttrs attrs) {
    samples.push_back({fmt::format("fake_quant/{}", what),
                       &kFakeQuant,
                       attrs,
                       {x, ends(shape, -0.5), ends(shape, 0.75)}});
    samples.back().differentiable = false;
    samples.back().float32_operands = {1, 2};
  };
  add_fake_quant("whole", {}, {});
  add_fake_quant("narrow", {}, {.num_bits = 4, .narrow_range = true});
  add_fake_quant("per column", {4}, {.axis = 1});
  for (const OpDef* op : {&kFloat8Quantize, &kFloat8Gradient}) {
    samples.push_back({std::string(op->name), op, {}, {x, ends({}, 0.5), ends({4}, 2)}});
    samples.back().differentiable = false;
    samples.back().float32_operands = {1, 2};
  }
}

}  // namespace tricorn::ops
