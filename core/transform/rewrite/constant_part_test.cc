#include "core/transform/rewrite/constant_part.h"

#include <gtest/gtest.h>

#include "core/backend/prepared_executable.h"
#include "core/backend/reference/compare.h"
#include "core/backend/reference/reference.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Graph;
using ir::Value;

// x (2, 3) times a weight that is scaled first, and a bias.
Graph Dense() {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 3}});
  const Value w = b.Input("w", {DType::kF32, {3, 4}});
  const Value scale = b.Input("scale", {DType::kF32, {4}});
  const Value scaled = w * ops::Broadcast(ops::Exp(scale) + 1, {3, 4}, {1});
  const Value y = ops::Matmul(x, ops::Cast(scaled, DType::kF32));
  return *b.Finish({{"y", y + ops::Broadcast(scale * 2, {2, 4}, {1})}});
}

TEST(SplitConstantPart, KeepsWhatTheConstantInputsDecide) {
  const ConstantPart parts = *SplitConstantPart(Dense(), std::vector<int32_t>{1, 2});
  ASSERT_EQ(parts.prepare.outputs().size(), 2u);
  EXPECT_EQ(parts.prepare.type(parts.prepare.outputs()[0].value).shape, (Shape{3, 4}));
  // The bias as it is, and not repeated.
  EXPECT_EQ(parts.prepare.type(parts.prepare.outputs()[1].value).shape, (Shape{4}));
  EXPECT_EQ(parts.run.inputs().size(), 5u);
  EXPECT_EQ(parts.run.nodes().size(), 3u);  // product, broadcast, sum
}

TEST(SplitConstantPart, BothPartsComputeTheWhole) {
  const auto device = backend::MakeReferenceDevice();
  std::vector<Tensor> inputs;
  for (const Shape& shape : {Shape{2, 3}, Shape{3, 4}, Shape{4}}) {
    inputs.push_back(ops::Uniform(shape, -1, 1).Cast(DType::kF32));
  }
  for (const std::vector<int32_t>& constant : std::vector<std::vector<int32_t>>{{1, 2}, {2}, {}}) {
    const ConstantPart parts = *SplitConstantPart(Dense(), constant);
    std::vector<Tensor> run_inputs = inputs;
    const std::vector<Tensor> prepared = *device->Evaluate(parts.prepare, inputs);
    run_inputs.insert(run_inputs.end(), prepared.begin(), prepared.end());
    const auto got = device->Evaluate(parts.run, run_inputs);
    const auto want = device->Evaluate(Dense(), inputs);
    EXPECT_TRUE(backend::ExpectClose((*want)[0], (*got)[0], 1e-6).ok());
  }
}

// Until it is told, or given other buffers, an executable of both parts keeps what it prepared.
TEST(SplitConstantPart, RunsAsOnePreparedExecutable) {
  const auto device = backend::MakeReferenceDevice();
  const std::vector<int32_t> constant = {1, 2};
  ConstantPart parts = *SplitConstantPart(Dense(), constant);
  const auto executable = *backend::PreparedExecutable::Create(
      *device, *device->Compile(parts.prepare, {}), *device->Compile(parts.run, {}), constant);
  const Tensor ones = ops::Uniform({3, 4}, 1, 1).Cast(DType::kF32);
  std::vector<backend::Buffer> inputs;
  for (const Shape& shape : {Shape{2, 3}, Shape{3, 4}, Shape{4}}) {
    const Tensor value = ops::Uniform(shape, -1, 1).Cast(DType::kF32);
    inputs.push_back(*device->Allocate(value.nbytes()));
    ASSERT_TRUE(device->Upload(value, inputs.back()).ok());
  }
  const auto run = [&] {
    Tensor y(DType::kF32, {2, 4});
    const std::vector<backend::Buffer> outputs = {*device->Allocate(y.nbytes())};
    EXPECT_TRUE(executable->Run(inputs, outputs, {}).ok());
    EXPECT_TRUE(device->Download(outputs[0], y).ok());
    return y;
  };
  const Tensor first = run();
  ASSERT_TRUE(device->Upload(ones, inputs[1]).ok());
  EXPECT_EQ(run(), first);
  executable->InputsChanged();
  const Tensor second = run();
  EXPECT_FALSE(second == first);
  inputs[1] = *device->Allocate(ones.nbytes());
  ASSERT_TRUE(device->Upload(ops::Uniform({3, 4}, -1, 1).Cast(DType::kF32), inputs[1]).ok());
  EXPECT_EQ(run(), first);
}

TEST(SplitConstantPart, LeavesOutputs) {
  Builder b;
  const Value w = b.Input("w", {DType::kF32, {3}});
  const Graph graph = *b.Finish({{"y", ops::Exp(w)}});
  const ConstantPart parts = *SplitConstantPart(graph, std::vector<int32_t>{0});
  EXPECT_EQ(parts.run.outputs().size(), 1u);
  EXPECT_EQ(parts.run.nodes().size(), 1u);
}

}  // namespace
}  // namespace tricorn::transform
