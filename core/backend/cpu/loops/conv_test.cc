#include <gtest/gtest.h>

#include <filesystem>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cpu/loops/conv_loops.h"
#include "core/backend/cpu/onednn/onednn_conv.h"
#include "core/backend/cpu/processor/memory.h"
#include "core/base/random.h"
#include "core/ops/conv/conv.h"
#include "core/tensor/tensor.h"

// oneDNN's convolutions beside plain loops, on shapes with odd lengths.

namespace tricorn::backend::cpu {
namespace {

struct Shapes {
  Shape x, kernel, y;
};

Shapes ShapesOf(const ConvSpec& s) {
  Shapes shapes;
  const auto shape = [](int64_t first, const std::vector<int64_t>& spatial, int64_t last) {
    std::vector<int64_t> dims{first};
    dims.insert(dims.end(), spatial.begin(), spatial.end());
    dims.push_back(last);
    return Shape(dims);
  };
  std::vector<int64_t> kernel = s.window;
  kernel.push_back(s.in_channels / s.groups);
  kernel.push_back(s.out_channels);
  return {shape(s.batch, s.in, s.in_channels), Shape(kernel),
          shape(s.batch, s.out, s.out_channels)};
}

Tensor Random(const Shape& shape, uint64_t seed) {
  Tensor x(DType::kF32, shape);
  PhiloxStream random(seed);
  for (int64_t i = 0; i < x.num_elements(); ++i) x.data<float>()[i] = random.Uniform() - 0.5f;
  return x;
}

void ExpectSame(const OneDnnConv& conv, const Kernel& loops, const Tensor& first,
                const Tensor& second, const Shape& result) {
  Tensor got(DType::kF32, result), want(DType::kF32, result);
  const auto workspace = AllocateAligned(conv.workspace_nbytes());
  ASSERT_TRUE(conv.Run(first.bytes(), second.bytes(), got.bytes(), workspace.get()).ok());
  const std::byte* operands[] = {first.bytes(), second.bytes()};
  std::byte* results[] = {want.bytes()};
  ASSERT_TRUE(loops.Run({operands, results, nullptr, RunContext{}}).ok());
  for (int64_t i = 0; i < got.num_elements(); ++i) {
    ASSERT_NEAR(got.data<float>()[i], want.data<float>()[i], 2e-5) << i;
  }
}

TEST(OneDnnConv, AgreesWithLoops) {
  const ConvSpec specs[] = {
      {.batch = 3,
       .in_channels = 1,
       .out_channels = 5,
       .in = {9},
       .out = {4},
       .window = {3},
       .strides = {2},
       .padding_low = {0},
       .padding_high = {0},
       .dilation = {1}},
      {.batch = 2,
       .in_channels = 3,
       .out_channels = 17,
       .in = {7, 11},
       .out = {7, 6},
       .window = {3, 2},
       .strides = {1, 2},
       .padding_low = {1, 0},
       .padding_high = {1, 1},
       .dilation = {1, 1}},
      {.batch = 1,
       .in_channels = 6,
       .out_channels = 4,
       .groups = 2,
       .in = {8, 8},
       .out = {4, 6},
       .window = {3, 3},
       .strides = {1, 1},
       .padding_low = {0, 1},
       .padding_high = {0, 1},
       .dilation = {2, 2}},
      {.batch = 2,
       .in_channels = 4,
       .out_channels = 4,
       .groups = 4,
       .in = {5, 5},
       .out = {5, 5},
       .window = {3, 3},
       .strides = {1, 1},
       .padding_low = {1, 1},
       .padding_high = {1, 1},
       .dilation = {1, 1}},
      {.batch = 1,
       .in_channels = 2,
       .out_channels = 3,
       .in = {4, 5, 3},
       .out = {3, 4, 2},
       .window = {2, 2, 2},
       .strides = {1, 1, 1},
       .padding_low = {0, 0, 0},
       .padding_high = {0, 0, 0},
       .dilation = {1, 1, 1}},
  };
  for (const ConvSpec& spec : specs) {
    SCOPED_TRACE(ShapesOf(spec).x.ToString());
    const auto [x_shape, kernel_shape, y_shape] = ShapesOf(spec);
    const Tensor x = Random(x_shape, 1), kernel = Random(kernel_shape, 2), dy = Random(y_shape, 3);
    const auto forward = MakeOneDnnConv(spec);
    const auto input_gradient = MakeOneDnnConvInputGradient(spec);
    const auto kernel_gradient = MakeOneDnnConvKernelGradient(spec);
    ASSERT_TRUE(forward && input_gradient && kernel_gradient);
    ExpectSame(*forward, *MakeConvLoops(spec, ConvProduct::kOutput, 2), x, kernel, y_shape);
    ExpectSame(*input_gradient, *MakeConvLoops(spec, ConvProduct::kInputGradient, 2), dy, kernel,
               x_shape);
    ExpectSame(*kernel_gradient, *MakeConvLoops(spec, ConvProduct::kKernelGradient, 2), x, dy,
               kernel_shape);
  }
}

TEST(OneDnnConv, RefusesWhatItCannotDo) {
  ConvSpec spec{.batch = 1,
                .in_channels = 1,
                .out_channels = 1,
                .in = {4},
                .out = {3},
                .window = {2},
                .strides = {1},
                .padding_low = {0},
                .padding_high = {0},
                .dilation = {1}};
  EXPECT_NE(MakeOneDnnConv(spec), nullptr);
  spec.dtype = DType::kF64;
  EXPECT_EQ(MakeOneDnnConv(spec), nullptr);
  EXPECT_NE(MakeConvLoops(spec, ConvProduct::kOutput, 1), nullptr);
}

size_t NumThreads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

// How many threads a convolution compiled for one adds to this process; -1 if it fails.
int ThreadsAddedByOne() {
  ir::Builder b;
  const ir::Value x = b.Input("x", {DType::kF32, {16, 28, 28, 8}});
  const ir::Value w = b.Input("w", {DType::kF32, {3, 3, 8, 16}});
  const ir::Value y = ops::Conv(x, w,
                                {.strides = {1, 1},
                                 .padding_low = {0, 0},
                                 .padding_high = {0, 0},
                                 .dilation = {1, 1},
                                 .groups = 1});
  const ir::Graph graph = *b.Finish({{"y", y}});
  const std::vector<Tensor> inputs{Tensor(DType::kF32, {16, 28, 28, 8}),
                                   Tensor(DType::kF32, {3, 3, 8, 16})};
  CpuDevice device;
  const size_t before = NumThreads();
  const bool ok = device.Evaluate(graph, inputs, {.donations = {}, .num_threads = 1}).ok();
  return ok ? static_cast<int>(NumThreads() - before) : -1;
}

// In a process of its own: threads that an earlier test made would stay.
TEST(OneDnnConvDeathTest, OneThreadStaysAlone) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(std::exit(ThreadsAddedByOne()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tricorn::backend::cpu
