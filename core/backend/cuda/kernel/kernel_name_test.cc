#include "core/backend/cuda/kernel/kernel_name.h"

#include <gtest/gtest.h>

#include "core/ir/builder.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/registry.h"
#include "core/transform/fusion/fuse_elementwise.h"

namespace tricorn::backend::cuda {
namespace {

std::string NameOfFused(const std::function<ir::Value(ir::Value)>& compute) {
  ir::Builder b;
  const ir::Value x = b.Input("x", {DType::kF32, {6, 7}});
  const auto graph = transform::FuseElementwise(*b.Finish({{"y", compute(x)}}));
  const ir::Node& node = graph->nodes().back();
  const ir::Types types = {{DType::kF32, {6, 7}}};
  return KernelName(*node.op, types, types, node.regions);
}

TEST(KernelName, TellsSizeAndOpsOnceEach) {
  EXPECT_EQ(NameOfFused([](const ir::Value& x) { return ops::Exp(x * 2.0) * x - x; }),
            "elementwise_n42_multiply_exp_subtract");
}

TEST(KernelName, IsCut) {
  const std::string name = NameOfFused([](const ir::Value& x) {
    return ops::Exp(ops::Log(ops::Sqrt(ops::Tanh(ops::Square(ops::Sin(ops::Cos(x) * x) + x))))) - x;
  });
  EXPECT_EQ(name.size(), 64u);
}

TEST(KernelName, OfANodeAloneIsItsOp) {
  const ir::Types types = {{DType::kF32, {5}}};
  EXPECT_EQ(KernelName(ops::kExp, types, types, {}), "exp_n5");
}

}  // namespace
}  // namespace tricorn::backend::cuda
