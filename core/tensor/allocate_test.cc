#include "core/tensor/allocate.h"

#include <gtest/gtest.h>

namespace tricorn {
namespace {

TEST(Allocate, GivesATensorOfTheShape) {
  const auto tensor = Allocate(DType::kF32, {2, 3});
  ASSERT_TRUE(tensor.ok()) << tensor.status();
  EXPECT_EQ(tensor->shape(), Shape({2, 3}));
  EXPECT_EQ(tensor->dtype(), DType::kF32);
}

TEST(Allocate, SaysWhenMemoryIsRefused) {
  const auto tensor = Allocate(DType::kU8, {int64_t{1} << 60});
  EXPECT_EQ(tensor.status().code(), absl::StatusCode::kResourceExhausted) << tensor.status();
}

}  // namespace
}  // namespace tricorn
