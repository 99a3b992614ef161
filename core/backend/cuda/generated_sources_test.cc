#include <gtest/gtest.h>

#include <filesystem>

#include "core/backend/cuda/builtin_kernels.h"
#include "core/backend/cuda/codegen/nvrtc_compiler.h"
#include "core/backend/cuda/program/program_compiler.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/fft/fft.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"
#include "core/transform/fusion/side_by_side.h"

namespace tricorn::backend::cuda {
namespace {

// With TF32 more ops have kernels of their own.
constexpr CudaOptions kOptions = {.allow_tf32 = true};

// Whether they compute what they should is for op_suite_test.cc on a GPU; that they compile shows
// anywhere.
TEST(GeneratedSources, OfEveryOpSampleCompileForHopper) {
  const KernelRegistry registry = BuiltinKernels();
  Libraries libraries;
  SourceModule module;
  for (const ops::Sample& sample : ops::AllSamples()) {
    for (const DType dtype : {DType::kF32, DType::kBF16}) {
      absl::StatusOr<ir::Graph> graph = ops::SampleGraph(sample, dtype);
      ASSERT_TRUE(graph.ok()) << graph.status();
      graph = RunPasses(registry, kOptions, libraries, *std::move(graph));
      ASSERT_TRUE(graph.ok()) << graph.status();
      const auto kernels = MakeKernels(registry, kOptions, libraries, module, *graph);
      // cuFFT, which makes plans for a device alone, need not be here.
      if (sample.op != &ops::kFft) {
        EXPECT_TRUE(kernels.ok()) << sample.name << ": " << kernels.status();
      }
      if (!ops::HasFloatingOperand(sample)) break;
    }
  }
  const auto cubins = module.Compile(NvrtcCompiler("sm_90", ""));
  ASSERT_TRUE(cubins.ok()) << cubins.status();
  EXPECT_GT(cubins->size(), 100u);
}

// As normalization leaves them: arrays and numbers a channel.
TEST(GeneratedSources, OfRegionsOfChannelsCompileForHopper) {
  const KernelRegistry registry = BuiltinKernels();
  Libraries libraries;
  SourceModule module;
  for (const DType dtype : {DType::kF32, DType::kBF16}) {
    ir::Builder b;
    const ir::Value x = b.Input("x", {dtype, {512, 4, 264}});
    const ir::Value other = b.Input("other", {dtype, {512, 4, 264}});
    const ir::Value scale = b.Input("scale", {DType::kF32, {264}});
    const ir::Value shift = b.Input("shift", {DType::kF32, {}});
    const ir::Value y = ops::Cast(x, DType::kF32) * ops::Broadcast(scale, x.shape(), {2}) + shift;
    auto graph = RunPasses(registry, kOptions, libraries,
                           *b.Finish({{"y", ops::Maximum(ops::Cast(y, dtype) + other, 0)}}));
    ASSERT_TRUE(graph.ok()) << graph.status();
    const auto kernels = MakeKernels(registry, kOptions, libraries, module, *graph);
    ASSERT_TRUE(kernels.ok()) << kernels.status();
    const Kernel& region = *kernels->back();
    EXPECT_TRUE(region.may_overwrite(0, 0));
    EXPECT_FALSE(region.may_overwrite(1, 0));
  }
  const auto cubins = module.Compile(NvrtcCompiler("sm_90", ""));
  ASSERT_TRUE(cubins.ok()) << cubins.status();
  EXPECT_EQ(cubins->size(), 2u);
}

// Updates of weights of several sizes, a reduction and a counter.
ir::Graph UpdatesOfWeights(int count) {
  ir::Builder b;
  std::vector<std::pair<std::string, ir::Value>> outputs;
  for (int i = 0; i < count; ++i) {
    const ir::Value w = b.Input(fmt::format("w{}", i), {DType::kF32, {100 + i, 7}});
    const ir::Value g = b.Input(fmt::format("g{}", i), {DType::kBF16, {100 + i, 7}});
    outputs.emplace_back(fmt::format("w{}", i), w - ops::Cast(g, DType::kF32) * 0.1);
  }
  const ir::Value x = b.Input("x", {DType::kF32, {512, 512}});
  outputs.emplace_back("sums", ops::Sum(x, {1}));
  const ir::Value step = b.Input("step", {DType::kI32, {}});
  outputs.emplace_back("step", step + 1);
  return *b.Finish(outputs);
}

TEST(LaunchGroup, SharesOneFunctionAmongAllSizes) {
  const KernelRegistry registry = BuiltinKernels();
  Libraries libraries;
  SourceModule module;
  const auto graph = RunPasses(registry, kOptions, libraries, UpdatesOfWeights(300));
  ASSERT_TRUE(graph.ok()) << graph.status();
  EXPECT_EQ(graph->nodes().back().op, &transform::kSideBySide);
  const auto kernels = MakeKernels(registry, kOptions, libraries, module, *graph);
  ASSERT_TRUE(kernels.ok()) << kernels.status();
  const auto cubins = module.Compile(NvrtcCompiler("sm_90", ""));
  ASSERT_TRUE(cubins.ok()) << cubins.status();
  EXPECT_EQ(cubins->size(), 1u);
  // Of each update's own operand alone.
  const Kernel& group = *kernels->back();
  EXPECT_TRUE(group.may_overwrite(0, 0));
  EXPECT_FALSE(group.may_overwrite(0, 1));
}

TEST(NvrtcCompiler, KeepsWhatItCompiled) {
  const std::string cache = testing::TempDir() + "tricorn_cuda_cache";
  std::filesystem::remove_all(cache);
  const NvrtcCompiler compiler("sm_90", cache);
  const std::string source = "extern \"C\" __global__ void f(f32* y) { y[0] = scalar::exp(1.0f); }";
  const auto compiled = compiler.Compile(source);
  ASSERT_TRUE(compiled.ok()) << compiled.status();
  const auto file = std::filesystem::directory_iterator(cache)->path();
  EXPECT_EQ(std::filesystem::file_size(file), compiled->size());
  EXPECT_EQ(*compiler.Compile(source), *compiled);
}

TEST(EarlyCompiler, GivesTheCubinsInOrder) {
  const NvrtcCompiler compiler("sm_90", "");
  EarlyCompiler early(compiler);
  std::vector<std::string> want;
  for (int i = 0; i < 5; ++i) {
    const std::string source =
        fmt::format("extern \"C\" __global__ void f(f32* y) {{ y[0] = {}.0f; }}", i);
    early.Add(source);
    want.push_back(*compiler.Compile(source));
  }
  EXPECT_EQ(*early.Wait(), want);
  early.Add("__global__ void f() { nonsense(); }");
  EXPECT_NE(early.Wait().status().message().find("nonsense"), std::string::npos);
  for (int i = 0; i < 100; ++i) early.Add("__global__ void f() { nonsense(); }");  // mostly dropped
}

TEST(NvrtcCompiler, SaysWhatDoesNotCompile) {
  const auto compiled = NvrtcCompiler("sm_90", "").Compile("__global__ void f() { nonsense(); }");
  ASSERT_FALSE(compiled.ok());
  EXPECT_NE(compiled.status().message().find("nonsense"), std::string::npos);
}

}  // namespace
}  // namespace tricorn::backend::cuda
