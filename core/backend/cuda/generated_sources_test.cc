#include <gtest/gtest.h>

#include <filesystem>

#include "core/backend/cuda/builtin_kernels.h"
#include "core/backend/cuda/nvrtc_compiler.h"
#include "core/backend/cuda/program_compiler.h"
#include "core/ops/suite/sample.h"

namespace tricorn::backend::cuda {
namespace {

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
      graph = RunPasses(registry, {}, libraries, *std::move(graph));
      ASSERT_TRUE(graph.ok()) << graph.status();
      const auto kernels = MakeKernels(registry, {}, libraries, module, *graph);
      // Which ops no kernel computes yet is for op_suite_test.cc to say.
      if (!absl::IsUnimplemented(kernels.status())) {
        EXPECT_TRUE(kernels.ok()) << sample.name << ": " << kernels.status();
      }
      if (!ops::HasFloatingOperand(sample)) break;
    }
  }
  const auto cubins = module.Compile(NvrtcCompiler("sm_90", ""));
  ASSERT_TRUE(cubins.ok()) << cubins.status();
  EXPECT_GT(cubins->size(), 100u);
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

TEST(NvrtcCompiler, SaysWhatDoesNotCompile) {
  const auto compiled = NvrtcCompiler("sm_90", "").Compile("__global__ void f() { nonsense(); }");
  ASSERT_FALSE(compiled.ok());
  EXPECT_NE(compiled.status().message().find("nonsense"), std::string::npos);
}

}  // namespace
}  // namespace tricorn::backend::cuda
