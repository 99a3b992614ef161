#include <gtest/gtest.h>

#include "core/backend/cuda_loader.h"
#include "core/backend/reference/compare.h"
#include "core/ops/dot/dot.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"
#include "core/ops/suite/sample.h"

// The last layer of a classifier and its gradients, in the sizes that the kernels divide work by,
// beside the reference backend.

namespace tricorn::backend::cuda {
namespace {

struct NarrowCase {
  int64_t rows, units, classes;
  DType dtype;
};
class CudaNarrowProducts : public testing::TestWithParam<NarrowCase> {};

TEST_P(CudaNarrowProducts, AgreeWithTheReference) {
  const auto device = LoadCudaDevice(0);
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  const auto [rows, units, classes, dtype] = GetParam();
  ir::Builder b;
  std::vector<Tensor> inputs;
  const auto input = [&](const Shape& shape) {
    inputs.push_back(ops::Uniform(shape, -1, 1).Cast(dtype));
    return b.Input(fmt::format("x{}", inputs.size()), {dtype, shape});
  };
  const ir::Value x = input({rows, units}), w = input({units, classes}), bias = input({classes});
  const ir::Value dy = input({rows, classes});
  const ir::Value y = ops::DotGeneral(x, w, {.a_contract = {1}, .b_contract = {0}});
  const ir::Value relu = ops::Maximum(y + ops::BroadcastTo(bias, y.shape()), 0.0);
  const ir::Value dx = ops::DotGeneral(dy, w, {.a_contract = {1}, .b_contract = {1}});
  const ir::Value dw = ops::DotGeneral(x, dy, {.a_contract = {0}, .b_contract = {0}});
  const auto graph = b.Finish({{"relu", relu}, {"dx", dx}, {"dw", dw}});
  ASSERT_TRUE(graph.ok()) << graph.status();
  const absl::Status status = CompareWithReference(**device, *graph, inputs, 1e-4);
  EXPECT_TRUE(status.ok()) << status;
  const auto once = (*device)->Evaluate(*graph, inputs);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(*(*device)->Evaluate(*graph, inputs), *once);
}

INSTANTIATE_TEST_SUITE_P(All, CudaNarrowProducts,
                         testing::Values(NarrowCase{1024, 512, 10, DType::kF32},
                                         NarrowCase{131, 1600, 10, DType::kF32},
                                         NarrowCase{64, 768, 2, DType::kBF16},
                                         NarrowCase{300, 516, 16, DType::kF32},
                                         NarrowCase{33, 24, 1, DType::kF16}));

}  // namespace
}  // namespace tricorn::backend::cuda
