#include "core/backend/choice/open_device.h"

#include <gtest/gtest.h>

namespace tricorn::backend {
namespace {

TEST(OpenDevice, GivesTheProcessorByName) {
  const auto opened = OpenDevice("cpu");
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->device->platform(), "cpu");
  EXPECT_EQ(opened->why_not_cuda, "");
}

TEST(OpenDevice, AutoSaysWhyThereIsNoGpu) {
  const auto opened = OpenDevice("auto");
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->why_not_cuda.empty(), opened->device->platform() == "cuda");
}

TEST(OpenDevice, AGpuAskedForByNameIsNotReplaced) {
  const auto opened = OpenDevice("cuda:4096");
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), absl::StatusCode::kNotFound) << opened.status();
}

TEST(OpenDevice, RefusesOtherNames) {
  for (const char* name : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cpu:0"}) {
    EXPECT_EQ(OpenDevice(name).status().code(), absl::StatusCode::kInvalidArgument) << name;
  }
}

}  // namespace
}  // namespace tricorn::backend
