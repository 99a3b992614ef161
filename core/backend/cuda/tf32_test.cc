#include <gtest/gtest.h>

#include "core/backend/cuda_loader.h"
#include "core/backend/reference/compare.h"
#include "core/ops/recurrent/lstm.h"
#include "core/ops/suite/sample.h"

// Where products of float32 may round to TF32: ten bits of mantissa, so that a sum of a few hundred
// products of numbers below 1 is off by up to a thousandth.

namespace tricorn::backend::cuda {
namespace {

constexpr double kTolerance = 4e-3;

using ops::Sample;

std::vector<Sample> Samples() {
  std::vector<Sample> samples;
  for (const Sample& sample : ops::AllSamples()) {
    if (sample.name.rfind("lstm", 0) == 0 || sample.name.rfind("conv", 0) == 0) {
      samples.push_back(sample);
    }
  }
  // As many units as a block of the largest kind keeps, and rows of the batch left over.
  const int64_t steps = 3, batch = 20, units = 256;
  const Tensor kernel = ops::Uniform({units, 4 * units}, -0.1, 0.1);
  samples.push_back({.name = "lstm/large",
                     .op = &ops::kLstm,
                     .attrs = ops::LstmAttrs{},
                     .operands = {ops::Uniform({steps, batch, 4 * units}, -1, 1),
                                  ops::Uniform({batch, units}, -1, 1),
                                  ops::Uniform({batch, units}, -1, 1), kernel}});
  samples.push_back(
      {.name = "lstm_gradient/large",
       .op = &ops::kLstmGradient,
       .attrs = ops::LstmGradientAttrs{.has_sequence_gradient = true},
       .operands = {
           kernel, ops::Uniform({batch, units}, -1, 1), ops::Uniform({steps, batch, units}, -1, 1),
           ops::Uniform({steps, batch, 4 * units}, 0.1, 0.9), ops::Uniform({batch, units}, -1, 1),
           ops::Uniform({batch, units}, -1, 1), ops::Uniform({steps, batch, units}, -1, 1)}});
  return samples;
}

TEST(CudaOpSuiteTf32, AgreesWithTheReference) {
  const auto device = LoadCudaDevice(0, {.allow_tf32 = true});
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  for (const Sample& sample : Samples()) {
    const absl::StatusOr<ir::Graph> graph = ops::SampleGraph(sample, DType::kF32);
    ASSERT_TRUE(graph.ok()) << graph.status();
    const std::vector<Tensor> x = ops::OperandsIn(sample, DType::kF32);
    const absl::Status status = CompareWithReference(**device, *graph, x, kTolerance);
    EXPECT_TRUE(status.ok()) << sample.name << ": " << status;
    const auto once = (*device)->Evaluate(*graph, x);
    ASSERT_TRUE(once.ok()) << once.status();
    EXPECT_EQ(*(*device)->Evaluate(*graph, x), *once) << sample.name;
  }
}

}  // namespace
}  // namespace tricorn::backend::cuda
