#include <gtest/gtest.h>

#include <cctype>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/reference/compare.h"
#include "core/ops/suite/sample.h"

// Run for every sample of every op: its kernel, or its decomposition, beside the reference backend.

namespace tricorn::backend::cpu {
namespace {

using ops::Sample;

class CpuOpSuite : public testing::TestWithParam<Sample> {};

TEST_P(CpuOpSuite, AgreesWithTheReferenceInEveryFloatingDType) {
  CpuDevice device;
  for (const DType dtype : {DType::kF32, DType::kF64, DType::kF16, DType::kBF16}) {
    const absl::StatusOr<ir::Graph> graph = ops::SampleGraph(GetParam(), dtype);
    ASSERT_TRUE(graph.ok()) << graph.status();
    const absl::Status status =
        CompareWithReference(device, *graph, ops::OperandsIn(GetParam(), dtype));
    EXPECT_TRUE(status.ok()) << Name(dtype) << ": " << status;
    if (!ops::HasFloatingOperand(GetParam())) break;
  }
}

TEST_P(CpuOpSuite, SameBitsTwiceWithThreads) {
  CpuDevice device;
  const absl::StatusOr<ir::Graph> graph = ops::SampleGraph(GetParam(), DType::kF32);
  ASSERT_TRUE(graph.ok()) << graph.status();
  const std::vector<Tensor> x = ops::OperandsIn(GetParam(), DType::kF32);
  const CompileOptions options{.donations = {}, .num_threads = 3};
  const auto once = device.Evaluate(*graph, x, options);
  ASSERT_TRUE(once.ok()) << once.status();
  EXPECT_EQ(*device.Evaluate(*graph, x, options), *once);
}

INSTANTIATE_TEST_SUITE_P(Ops, CpuOpSuite, testing::ValuesIn(ops::AllSamples()),
                         [](const testing::TestParamInfo<Sample>& info) {
                           std::string name = fmt::format("{}_{}", info.index, info.param.name);
                           for (char& c : name) {
                             if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace tricorn::backend::cpu
