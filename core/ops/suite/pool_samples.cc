#include "core/ops/pool/pool.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {
namespace {

struct Case {
  std::string_view what;
  Shape x;
  MaxPoolAttrs attrs;
};

}  // namespace

void AddPoolSamples(SampleList& samples) {
  for (const Case& c :
       {Case{"1d", {2, 5, 3}, {{2}, {1}, {0}, {0}}},
        Case{"2d", {2, 4, 6, 2}, {{2, 2}, {2, 2}, {0, 0}, {0, 0}}},
        Case{"2d padded", {1, 5, 4, 2}, {{3, 2}, {2, 2}, {1, 0}, {1, 1}}},
        Case{"3d", {1, 3, 3, 4, 1}, {{2, 2, 2}, {1, 1, 2}, {0, 1, 0}, {0, 0, 0}}}}) {
    const absl::StatusOr<Types> y = kMaxPool.infer(Types{{DType::kF64, c.x}}, c.attrs);
    CHECK(y.ok());
    const Tensor x = Distinct(c.x), dy = Uniform((*y)[0].shape, -1, 1);
    const auto add = [&](const OpDef& op, std::string_view suffix, std::vector<Tensor> operands,
                         ir::Attrs attrs) {
      samples.push_back({fmt::format("{}/{}{}", op.name, c.what, suffix), &op, std::move(attrs),
                         std::move(operands)});
    };
    add(kMaxPool, "", {x}, c.attrs);
    add(kMaxPoolGradient, "", {x, dy}, c.attrs);
    add(kMaxPoolTake, "", {x, Uniform(c.x, -1, 1)}, c.attrs);
    for (const bool count_padding : {false, true}) {
      const AvgPoolAttrs avg{c.attrs.window, c.attrs.strides, c.attrs.padding_low,
                             c.attrs.padding_high, count_padding};
      const std::string_view suffix = count_padding ? ", padding counted" : "";
      add(kAvgPool, suffix, {x}, avg);
      add(kAvgPoolGradient, suffix, {dy}, AvgPoolGradientAttrs{avg, c.x});
    }
  }
}

}  // namespace tricorn::ops
