#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>

#include "core/backend/cuda_loader.h"
#include "core/backend/reference/compare.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"

// Run for every sample of every op: its kernel, or its decomposition, beside the reference backend.

namespace tricorn::backend::cuda {
namespace {

using ops::Sample;

class CudaOpSuite : public testing::TestWithParam<Sample> {
 protected:
  // One for all samples: a device costs a context.
  static void SetUpTestSuite() { gpu_ = new auto(LoadCudaDevice(0)); }
  static void TearDownTestSuite() { delete gpu_; }
  void SetUp() override {
    if (!gpu_->ok()) GTEST_SKIP() << gpu_->status().message();
  }
  Device& device() { return ***gpu_; }

  static inline absl::StatusOr<std::unique_ptr<Device>>* gpu_ = nullptr;
};

TEST_P(CudaOpSuite, AgreesWithTheReferenceInEveryFloatingDType) {
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16, DType::kBF16}) {
    const absl::StatusOr<ir::Graph> graph = ops::SampleGraph(GetParam(), dtype);
    ASSERT_TRUE(graph.ok()) << graph.status();
    const absl::Status status =
        CompareWithReference(device(), *graph, ops::OperandsIn(GetParam(), dtype));
    EXPECT_TRUE(status.ok()) << Name(dtype) << ": " << status;
    if (!ops::HasFloatingOperand(GetParam())) break;
  }
}

TEST_P(CudaOpSuite, SameBitsTwice) {
  const absl::StatusOr<ir::Graph> graph = ops::SampleGraph(GetParam(), DType::kF32);
  ASSERT_TRUE(graph.ok()) << graph.status();
  const std::vector<Tensor> x = ops::OperandsIn(GetParam(), DType::kF32);
  const auto once = device().Evaluate(*graph, x);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(*device().Evaluate(*graph, x), *once);
}

// Arrays and numbers a channel, enough elements for kernels that walk over rows.
TEST(CudaChannelRegions, AgreeWithTheReference) {
  const auto device = LoadCudaDevice(0);
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16}) {
    for (const int64_t channels : {264, 32, 2048}) {
      const Shape shape{(1 << 18) / channels + 3, 1, channels};
      ir::Builder b;
      const ir::Value x = b.Input("x", {dtype, shape}), other = b.Input("other", {dtype, shape});
      const ir::Value scale = b.Input("scale", {DType::kF32, {channels}});
      const ir::Value shift = b.Input("shift", {DType::kF32, {}});
      const ir::Value y = ops::Cast(x, DType::kF32) * ops::Broadcast(scale, shape, {2}) + shift;
      const ir::Value narrow = ops::Cast(y, dtype);
      const ir::Graph graph =
          *b.Finish({{"y", ops::Maximum(narrow + other, 0)}, {"narrow", narrow}});
      const std::vector<Tensor> inputs = {ops::Uniform(shape, -1, 1).Cast(dtype),
                                          ops::Uniform(shape, -1, 2).Cast(dtype),
                                          ops::Uniform({channels}, -1, 1).Cast(DType::kF32),
                                          ops::Uniform({}, -1, 1).Cast(DType::kF32)};
      const absl::Status status = CompareWithReference(**device, graph, inputs);
      EXPECT_TRUE(status.ok()) << Name(dtype) << " " << channels << ": " << status;
    }
  }
}

// In the library's epilogues, through every layout of the operands.
TEST(CudaOpSuiteProducts, TakeInWhatFollowsThem) {
  const auto device = LoadCudaDevice(0);
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  for (const DType dtype : {DType::kF32, DType::kBF16, DType::kF16, DType::kF64}) {
    for (const int transposed : {0, 1, 2, 3}) {
      ir::Builder b;
      const Shape x_shape = transposed & 1 ? Shape{24, 40} : Shape{40, 24};
      const Shape w_shape = transposed & 2 ? Shape{16, 24} : Shape{24, 16};
      const ir::Value x = b.Input("x", {dtype, x_shape}), w = b.Input("w", {dtype, w_shape});
      const ir::Value bias = b.Input("bias", {dtype, {16}});
      const ir::Value residual = b.Input("residual", {dtype, {40, 16}});
      const ir::Value sum = ops::Matmul(transposed & 1 ? ops::Transpose(x) : x,
                                        transposed & 2 ? ops::Transpose(w) : w) +
                            bias;
      const ir::Value other = ops::Matmul(residual, ops::Transpose(residual));
      const ir::Value more = ops::Matmul(other, residual) + residual;
      const ir::Graph graph = *b.Finish({{"y", ops::Maximum(sum, 0.0)}, {"z", more}});
      std::vector<Tensor> inputs;
      for (const Shape& shape : {x_shape, w_shape, Shape{16}, Shape{40, 16}}) {
        inputs.push_back(ops::Uniform(shape, -1, 1).Cast(dtype));
      }
      const absl::Status status = CompareWithReference(**device, graph, inputs);
      EXPECT_TRUE(status.ok()) << Name(dtype) << " " << transposed << ": " << status;
    }
  }
}

// What a backward pass ends with: products, sums of columns and updates in place, which share
// launches and run on several streams.
TEST(CudaOpSuiteGroups, ComputeWhatTheirNodesWould) {
  const auto device = LoadCudaDevice(0);
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  ir::Builder b;
  std::vector<std::pair<std::string, ir::Value>> outputs;
  std::vector<Tensor> inputs;
  const auto input = [&](const char* name, int i, const Shape& shape) {
    inputs.push_back(ops::Uniform(shape, -1, 1).Cast(DType::kF32));
    return b.Input(fmt::format("{}{}", name, i), {DType::kF32, shape});
  };
  for (int i = 0; i < 6; ++i) {
    const int64_t width = 7 + 40 * i;
    const ir::Value x = input("x", i, {33, width}), dy = input("dy", i, {33, 16});
    const ir::Value w = input("w", i, {width, 16}), bias = input("bias", i, {16});
    const ir::Value dx = ops::Matmul(dy, ops::Transpose(w));
    outputs.emplace_back(fmt::format("dx{}", i), ops::Sum(dx, {1}));
    outputs.emplace_back(fmt::format("w{}", i), w - ops::Matmul(ops::Transpose(x), dy) * 0.1);
    outputs.emplace_back(fmt::format("bias{}", i), bias - ops::Sum(dy, {0}) * 0.1);
  }
  const ir::Graph graph = *b.Finish(outputs);
  const absl::Status status = CompareWithReference(**device, graph, inputs);
  EXPECT_TRUE(status.ok()) << status;
  const auto once = (*device)->Evaluate(graph, inputs);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(*(*device)->Evaluate(graph, inputs), *once);
}

INSTANTIATE_TEST_SUITE_P(Ops, CudaOpSuite, testing::ValuesIn(ops::AllSamples()),
                         [](const testing::TestParamInfo<Sample>& info) {
                           std::string name = fmt::format("{}_{}", info.index, info.param.name);
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

// The module finds all its symbols in the program, GPU or not.
TEST(CudaModule, Loads) {
  const auto device = LoadCudaDevice(0);
  if (device.ok()) {
    EXPECT_EQ((*device)->platform(), "cuda");
  } else {
    EXPECT_EQ(device.status().code(), absl::StatusCode::kNotFound) << device.status();
    EXPECT_THAT(std::string(device.status().message()), testing::HasSubstr("GPU 0: expected one"));
  }
}

}  // namespace
}  // namespace tricorn::backend::cuda
