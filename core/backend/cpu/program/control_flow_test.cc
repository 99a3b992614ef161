#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/suite/sample.h"
#include "core/transform/gradient/autodiff.h"

namespace tricorn::backend::cpu {
namespace {

using ir::Builder;
using ir::Operands;
using ir::Value;
using ir::Values;

// A recurrence whose steps hold a loop and a branch, with its gradients.
absl::StatusOr<ir::Graph> Nested() {
  Builder b;
  const Value h = b.Input("h", {DType::kF32, {4, 8}}), x = b.Input("x", {DType::kF32, {6, 4, 8}}),
              w = b.Input("w", {DType::kF32, {8, 8}});
  const ops::ScanStep y =
      ops::Scan(b, {{h}}, {{x}}, 6, [&](Builder& region, Operands c, Operands s) {
        const Values inner = ops::ForiLoop(
            region, 0, 3,
            [&](Builder&, Value, Operands state) {
              return Values{ops::Tanh(ops::Matmul(state[0], w) + s[0])};
            },
            c);
        const Values out = ops::Cond(
            ops::Greater(ops::Sum(inner[0]), 0),
            [](Builder&, Operands in) { return Values{in[0] * 2}; },
            [](Builder&, Operands in) { return Values{ops::Exp(in[0])}; }, inner);
        return ops::ScanStep{inner, out};
      });
  const Value loss = ops::Sum(y.ys[0]) + ops::Sum(y.carries[0]);
  ASSIGN_OR_RETURN(const Values grads,
                   transform::Gradients(b, {{loss}}, {{ops::OnesLike(loss)}}, {{h, x, w}}));
  return b.Finish({{"loss", loss}, {"dh", grads[0]}, {"dx", grads[1]}, {"dw", grads[2]}});
}

TEST(ControlFlow, NestedLoopsAndBranchesAgreeWithTheReference) {
  const absl::StatusOr<ir::Graph> graph = Nested();
  ASSERT_TRUE(graph.ok()) << graph.status();
  const std::vector<Tensor> inputs = {ops::Uniform({4, 8}, -1, 1).Cast(DType::kF32),
                                      ops::Uniform({6, 4, 8}, -1, 1).Cast(DType::kF32),
                                      ops::Uniform({8, 8}, -1, 1).Cast(DType::kF32)};
  const auto want = MakeReferenceDevice()->Evaluate(*graph, inputs);
  ASSERT_TRUE(want.ok()) << want.status();
  const auto got = CpuDevice().Evaluate(*graph, inputs);
  ASSERT_TRUE(got.ok()) << got.status();
  for (size_t i = 0; i < want->size(); ++i) {
    const absl::Status status = ExpectClose((*want)[i], (*got)[i], 1e-5);
    EXPECT_TRUE(status.ok()) << i << ": " << status;
  }
}

TEST(ControlFlow, WeightsAreBroughtIntoOrderOnceBeforeTheLoop) {
  Builder b;
  const Value h = b.Input("h", {DType::kF32, {16, 64}}), w = b.Input("w", {DType::kF32, {64, 64}});
  const Values y = ops::Scan(b, {{h}}, {}, 8, [&](Builder&, Operands c, Operands) {
                     return ops::ScanStep{{ops::Tanh(ops::Matmul(c[0], w))}};
                   }).carries;
  const auto graph = b.Finish({{"y", y[0]}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const auto compiled = CpuDevice().Compile(*graph, {});
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const std::vector<ir::Node>& nodes = (*compiled)->graph().nodes();
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].op->name, "pack_matrix");
  EXPECT_EQ(nodes[1].regions[0]->nodes()[0].op->name, "packed_dot");
}

// A body that swaps its carries cannot update either in place.
TEST(ControlFlow, CarriesMayChangePlaces) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {3}}), y = b.Input("y", {DType::kF32, {3}});
  const Values swapped = ops::Scan(b, {{x, y}}, {}, 3, [](Builder&, Operands c, Operands) {
                           return ops::ScanStep{{c[1], c[0]}};
                         }).carries;
  const auto graph = b.Finish({{"a", swapped[0]}, {"b", swapped[1]}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const Tensor one = Tensor::From<float>({3}, {1, 1, 1}), two = Tensor::From<float>({3}, {2, 2, 2});
  const auto got = CpuDevice().Evaluate(*graph, std::vector<Tensor>{one, two});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ((*got)[0], two);
  EXPECT_EQ((*got)[1], one);
}

TEST(ControlFlow, NoStepsGiveTheInitialCarries) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {3}}), none = b.Input("none", {DType::kF32, {0, 3}});
  const Values y = ops::Scan(b, {{x}}, {{none}}, 0, [](Builder&, Operands c, Operands s) {
                     return ops::ScanStep{{c[0] + s[0]}};
                   }).carries;
  const auto graph = b.Finish({{"y", y[0]}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const Tensor one = Tensor::From<float>({3}, {1, 2, 3});
  const auto got =
      CpuDevice().Evaluate(*graph, std::vector<Tensor>{one, Tensor(DType::kF32, {0, 3})});
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ((*got)[0], one);
}

}  // namespace
}  // namespace tricorn::backend::cpu
