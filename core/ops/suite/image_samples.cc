#include "core/ops/image/image.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {

void AddImageSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       ir::Attrs attrs) {
    samples.push_back(
        {fmt::format("{}/{}", op.name, what), &op, std::move(attrs), std::move(operands)});
  };
  const Tensor x = Distinct({2, 5, 3});
  for (const std::string method : {"nearest", "linear", "cubic", "lanczos3", "lanczos5"}) {
    add(kResample, method + " up", {x}, ResampleAttrs{1, 7, method, false});
    add(kResample, method + " down", {x}, ResampleAttrs{1, 3, method, true});
  }
  add(kResample, "integers", {Integers(DType::kU8, {2, 3}, {1, 2, 3, 4, 5, 6})},
      ResampleAttrs{1, 5, "nearest", false});
  for (const std::string method : {"linear", "cubic", "lanczos3"}) {
    add(kScaleAndTranslate, method, {x, Uniform({}, 1.3, 1.4), Uniform({}, 0.4, 0.6)},
        ResampleAttrs{1, 6, method, true});
    samples.back().float32_operands = {1, 2};
  }
  for (const std::string mode : {"constant", "nearest", "wrap", "mirror", "reflect"}) {
    for (const int64_t order : {0, 1}) {
      add(kMapCoordinates, fmt::format("{} {}", mode, order),
          {Distinct({2, 3, 4, 2}), Uniform({2, 5, 2}, -3.9, 6.9)},
          MapCoordinatesAttrs{order, mode, 0.5});
      samples.back().float32_operands = {1};
    }
  }
  add(kMapCoordinates, "one axis of one element", {Distinct({1, 1, 1}), Uniform({1, 4, 1}, -2, 2)},
      MapCoordinatesAttrs{1, "mirror", 0});
  add(kMapCoordinates, "integers",
      {Integers(DType::kU8, {1, 2, 2, 1}, {10, 20, 30, 200}), Uniform({1, 3, 2}, -0.5, 1.5)},
      MapCoordinatesAttrs{1, "nearest", 0});
  samples.back().differentiable = false;
}

}  // namespace tricorn::ops
