#include "core/backend/cpu/cpu_device.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/base/random.h"
#include "core/ir/builder.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/nn/nn.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cpu {
namespace {

using ir::Builder;
using ir::Value;

Tensor Random(Shape shape, uint64_t seed) {
  Tensor x(DType::kF32, std::move(shape));
  PhiloxStream random(seed);
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = random.Uniform() - 0.5f;
  return x;
}

ir::Graph DenseGraph(int64_t rows, int64_t in, int64_t out) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {rows, in}});
  const Value w = b.Input("w", {DType::kF32, {in, out}});
  const Value bias = b.Input("bias", {DType::kF32, {out}});
  return *b.Finish({{"y", ops::Relu(ops::Matmul(x, w) + bias)}});
}

TEST(CpuDevice, ComputesADenseLayer) {
  const int64_t rows = 33, in = 17, out = 5;
  const std::vector<Tensor> x{Random({rows, in}, 1), Random({in, out}, 2), Random({out}, 3)};
  CpuDevice device;
  const auto y = device.Evaluate(DenseGraph(rows, in, out), x, {.donations = {}, .num_threads = 2});
  ASSERT_TRUE(y.ok()) << y.status();
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < out; ++j) {
      double sum = x[2].At(j);
      for (int64_t k = 0; k < in; ++k) sum += x[0].At(i * in + k) * x[1].At(k * out + j);
      ASSERT_NEAR((*y)[0].At(i * out + j), std::max(sum, 0.0), 1e-5) << i << ", " << j;
    }
  }
}

TEST(CpuDevice, SameBitsWhateverTheNumberOfThreads) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {1001, 37}});
  const Value row = b.Input("row", {DType::kF32, {37}});
  const Value column = b.Input("column", {DType::kF32, {1001, 1}});
  const Value y = ops::Exp((x + row) * column) / 3;
  const ir::Graph graph = *b.Finish({{"y", y}, {"s", ops::Sum(y)}, {"c", ops::Sum(y, {0})}});
  const std::vector<Tensor> inputs{Random({1001, 37}, 1), Random({37}, 2), Random({1001, 1}, 3)};
  CpuDevice device;
  const auto one = device.Evaluate(graph, inputs, {.donations = {}, .num_threads = 1});
  ASSERT_TRUE(one.ok()) << one.status();
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(*device.Evaluate(graph, inputs, {.donations = {}, .num_threads = threads}), *one);
  }
}

TEST(CpuDevice, ADonatedInputIsReadBeforeItIsOverwritten) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {5000}});
  const Value sum = x + 1;
  // x is needed after its first successor is known.
  const ir::Graph graph = *b.Finish({{"sum", sum}, {"product", sum * x}});
  const Tensor x_value = Random({5000}, 1);
  CpuDevice device;
  const auto y = device.Evaluate(graph, {{x_value}}, {.donations = {{0, 0}}, .num_threads = 2});
  ASSERT_TRUE(y.ok()) << y.status();
  for (int64_t i = 0; i < 5000; ++i) {
    const float value = x_value.data<float>()[i];
    ASSERT_EQ((*y)[0].data<float>()[i], value + 1) << i;
    ASSERT_EQ((*y)[1].data<float>()[i], (value + 1) * value) << i;
  }
}

TEST(CpuDevice, CountsSubnormalNumbersAsZeroWhileItRuns) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {40000}});
  const ir::Graph graph = *b.Finish({{"y", x * 1e10}});
  Tensor tiny(DType::kF32, {40000});
  std::fill_n(tiny.data<float>(), 40000, 1e-40f);
  CpuDevice device;
  const auto y = device.Evaluate(graph, {{tiny}}, {.donations = {}, .num_threads = 2});
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ((*y)[0], Tensor(DType::kF32, {40000}));
  volatile float here = 1e-40f;
  EXPECT_GT(here * 1e10f, 0) << "the caller's mode is restored";
}

TEST(CpuDevice, RunsFromSeveralThreadsAtOnce) {
  const std::vector<Tensor> x{Random({64, 32}, 1), Random({32, 16}, 2), Random({16}, 3)};
  const ir::Graph graph = DenseGraph(64, 32, 16);
  CpuDevice device;
  const std::vector<Tensor> expected = *device.Evaluate(graph, x);
  const auto executable = *device.Compile(graph, {});
  std::vector<Buffer> inputs;
  for (const Tensor& tensor : x) {
    inputs.push_back(*device.Allocate(tensor.nbytes()));
    ASSERT_TRUE(device.Upload(tensor, inputs.back()).ok());
  }
  std::vector<Buffer> outputs;
  for (int i = 0; i < 4; ++i) outputs.push_back(*device.Allocate(64 * 16 * 4));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int repeat = 0; repeat < 50; ++repeat) {
        EXPECT_TRUE(executable->Run(inputs, {&outputs[static_cast<size_t>(i)], 1}, {}).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const Buffer& output : outputs) {
    Tensor y(DType::kF32, {64, 16});
    ASSERT_TRUE(device.Download(output, y).ok());
    EXPECT_EQ(y, expected[0]);
  }
}

TEST(CpuDevice, NamesAnOpWithoutKernel) {
  const ir::OpDef op =
      ir::Op<>{.name = "mystery",
               .doc = "nobody knows",
               .infer = [](std::span<const ir::Type> x,
                           const ir::NoAttrs&) -> absl::StatusOr<ir::Type> { return x[0]; }};
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2}});
  const Builder::Scope scope(b, "layer");
  const ir::Graph graph = *b.Finish({{"y", b.Add(op, {{x}})}});
  const absl::Status status = CpuDevice().Compile(graph, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_EQ(std::string(status.message()),
            "layer: mystery(float32(2,)): expected a CPU kernel or a decomposition, received "
            "neither");
}

TEST(CpuExecutable, RefusesBuffersThatDoNotFit) {
  CpuDevice device;
  const auto executable = *device.Compile(DenseGraph(2, 3, 4), {});
  EXPECT_EQ(executable->Run({}, {}, {}).code(), absl::StatusCode::kInvalidArgument);
  std::vector<Buffer> inputs(3, *device.Allocate(8));
  const absl::Status status = executable->Run(inputs, {}, {});
  EXPECT_EQ(std::string(status.message()), "x: expected 24 bytes, received 8");
}

}  // namespace
}  // namespace tricorn::backend::cpu
