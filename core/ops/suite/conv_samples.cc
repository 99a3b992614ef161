#include "core/ops/conv/conv_out_first.h"
#include "core/ops/op.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {
namespace {

struct Case {
  std::string_view what;
  Shape x;
  Shape kernel;
  ConvAttrs attrs;
};

}  // namespace

void AddConvSamples(SampleList& samples) {
  for (const Case& c :
       {Case{"1d", {2, 5, 3}, {2, 3, 4}, {{1}, {0}, {0}, {1}, 1}},
        Case{"2d same", {2, 4, 5, 2}, {3, 3, 2, 3}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1}},
        Case{"2d strided", {1, 5, 6, 2}, {3, 2, 2, 2}, {{2, 2}, {1, 0}, {0, 1}, {1, 1}, 1}},
        Case{"2d dilated", {1, 6, 5, 1}, {2, 2, 1, 2}, {{1, 1}, {1, 0}, {1, 0}, {2, 3}, 1}},
        Case{"2d grouped", {1, 3, 3, 4}, {2, 2, 2, 6}, {{1, 1}, {0, 0}, {1, 0}, {1, 1}, 2}},
        Case{"depthwise", {1, 4, 4, 3}, {3, 3, 1, 6}, {{1, 1}, {1, 1}, {1, 1}, {1, 1}, 3}},
        Case{"3d",
             {1, 3, 3, 3, 1},
             {2, 2, 2, 1, 2},
             {{1, 2, 1}, {0, 1, 0}, {0, 0, 0}, {1, 1, 1}, 1}}}) {
    const Type x{DType::kF64, c.x}, kernel{DType::kF64, c.kernel};
    const absl::StatusOr<Types> y = kConv.infer(Types{x, kernel}, c.attrs);
    CHECK(y.ok());
    const Tensor xs = Uniform(c.x, -1, 1), ks = Uniform(c.kernel, -1, 1),
                 dys = Uniform((*y)[0].shape, -1, 1);
    const auto add = [&](const OpDef& op, std::vector<Tensor> operands, ir::Attrs attrs) {
      samples.push_back(
          {fmt::format("{}/{}", op.name, c.what), &op, std::move(attrs), std::move(operands)});
    };
    add(kConv, {xs, ks}, c.attrs);
    add(kConvInputGradient, {dys, ks}, ConvGradientAttrs{c.attrs, c.x});
    add(kConvKernelGradient, {xs, dys}, ConvGradientAttrs{c.attrs, c.kernel});
  }
  const ConvAttrs same{{1, 1}, {1, 1}, {1, 1}, {1, 1}, 1};
  samples.push_back({"conv_out_first/same",
                     &kConvOutFirst,
                     same,
                     {Uniform({2, 5, 4, 16}, -1, 1), Uniform({8, 3, 3, 16}, -0.2, 0.2)}});
  samples.back().differentiable = false;
  const ConvAttrs strided{{2}, {1}, {0}, {1}, 1};
  samples.push_back({"conv_out_first/1d strided",
                     &kConvOutFirst,
                     strided,
                     {Uniform({2, 9, 8}, -1, 1), Uniform({3, 2, 8}, -1, 1)}});
}

}  // namespace tricorn::ops
