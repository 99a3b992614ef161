#include "core/backend/cuda/product/stack_operands.h"

#include <gtest/gtest.h>

#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ir/builder.h"
#include "core/ops/dot/dot.h"
#include "core/ops/suite/sample.h"

namespace tricorn::backend::cuda {
namespace {

// The ops of a product of these operands afterwards, which computes the same.
std::string Stacked(const Shape& a_shape, const Shape& b_shape, const ops::DotGeneralAttrs& attrs) {
  ir::Builder b;
  const ir::Value x = b.Input("a", {DType::kF32, a_shape}),
                  y = b.Input("b", {DType::kF32, b_shape});
  const ir::Graph before = *b.Finish({{"y", ops::DotGeneral(x, y, attrs)}});
  const ir::Graph graph = *StackOperands(before);
  const std::vector<Tensor> inputs = {ops::Uniform(a_shape, -1, 1).Cast(DType::kF32),
                                      ops::Uniform(b_shape, -1, 1).Cast(DType::kF32)};
  const auto reference = MakeReferenceDevice();
  const auto want = reference->Evaluate(before, inputs), got = reference->Evaluate(graph, inputs);
  EXPECT_TRUE(want.ok() && got.ok());
  EXPECT_TRUE(ExpectClose((*want)[0], (*got)[0], 1e-6).ok());
  std::string ops;
  for (const ir::Node& node : graph.nodes()) {
    ops += fmt::format("{}{}", ops.empty() ? "" : " ", node.op->name);
  }
  return ops;
}

TEST(StackOperands, LeavesMatrices) {
  EXPECT_EQ(Stacked({8, 16, 4}, {4, 5}, {.a_contract = {2}, .b_contract = {0}}), "dot_general");
  EXPECT_EQ(Stacked({6, 4, 2, 8}, {6, 5, 2, 8},
                    {.a_batch = {0, 2}, .b_batch = {0, 2}, .a_contract = {3}, .b_contract = {3}}),
            "dot_general");
}

TEST(StackOperands, CopiesAnOperandWhoseRowsLieApart) {
  EXPECT_EQ(Stacked({4, 8, 3}, {8, 4}, {.a_contract = {1}, .b_contract = {0}}),
            "transpose dot_general");
}

TEST(StackOperands, CopiesOperandsWhoseContractedAxesLieApart) {
  EXPECT_EQ(Stacked({4, 3, 5}, {4, 6, 5}, {.a_contract = {0, 2}, .b_contract = {0, 2}}),
            "transpose transpose dot_general");
}

// One call takes all samples of a head, but 40 heads would be too many calls.
TEST(StackOperands, CopiesWhereThereWouldBeManyCalls) {
  EXPECT_EQ(Stacked({40, 3, 40, 8}, {40, 5, 40, 8},
                    {.a_batch = {0, 2}, .b_batch = {0, 2}, .a_contract = {3}, .b_contract = {3}}),
            "transpose transpose dot_general");
}

}  // namespace
}  // namespace tricorn::backend::cuda
