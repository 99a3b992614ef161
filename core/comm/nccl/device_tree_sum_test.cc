#include "core/comm/nccl/device_tree_sum.h"

#include <gtest/gtest.h>

#include "core/comm/group_plan.h"

namespace tricorn::comm {
namespace {

// That they add up in order is for nccl_group_test.cc on a GPU; that they compile shows anywhere.
TEST(DeviceTreeSum, CompilesForEveryDTypeAndNumberOfShards) {
  backend::cuda::SourceModule module;
  size_t sums = 0;
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kI64}) {
    for (const int shards : {1, 2, 7, 64}) {
      EXPECT_EQ(DeviceTreeSum(module, Leaves({0, shards}), shards, dtype).num_roots(), 1u);
      ++sums;
    }
  }
  EXPECT_EQ(DeviceTreeSum(module, Leaves({1, 4}), 4, DType::kF32).num_roots(), 2u);
  const auto cubins = module.Compile(backend::cuda::NvrtcCompiler("sm_90", ""));
  ASSERT_TRUE(cubins.ok()) << cubins.status();
  EXPECT_EQ(cubins->size(), sums + 1);
}

}  // namespace
}  // namespace tricorn::comm
