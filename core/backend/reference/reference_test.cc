#include "core/backend/reference/reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/ops/collective/collective.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/gather/gather.h"
#include "core/ops/nn/nn.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/fusion/fuse_elementwise.h"

namespace tricorn::backend {
namespace {

using ir::Builder;
using ir::Value;

std::vector<Tensor> RunAll(const ir::Graph& graph, std::vector<Tensor> inputs = {}) {
  const auto results = MakeReferenceDevice()->Evaluate(graph, inputs);
  EXPECT_TRUE(results.ok()) << results.status();
  return results.ok() ? *results : std::vector<Tensor>();
}

Tensor RunOne(Builder& builder, Value y, std::vector<Tensor> inputs = {}) {
  const absl::StatusOr<ir::Graph> graph = builder.Finish({{"y", y}});
  EXPECT_TRUE(graph.ok()) << graph.status();
  return graph.ok() ? RunAll(*graph, std::move(inputs))[0] : Tensor();
}

TEST(Reference, RefusesInputsOfAnotherType) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2}});
  const ir::Graph graph = *b.Finish({{"y", x}});
  const auto status = MakeReferenceDevice()->Evaluate(graph, {{Tensor(DType::kF32, {3})}}).status();
  EXPECT_EQ(std::string(status.message()), "x: expected float32(2,), received float32(3,)");
}

TEST(Reference, DonatedBuffersAreUpdatedInPlace) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2}});
  const ir::Graph graph = *b.Finish({{"y", x + 1}});
  const auto device = MakeReferenceDevice();
  const auto executable = *device->Compile(graph, {.donations = {{0, 0}}});
  const Buffer buffer = *device->Allocate(8);
  ASSERT_TRUE(device->Upload(Tensor::From<float>({2}, {1, 2}), buffer).ok());
  for (int step = 0; step < 3; ++step) {
    ASSERT_TRUE(executable->Run({{buffer}}, {{buffer}}, {}).ok());
  }
  Tensor y(DType::kF32, {2});
  ASSERT_TRUE(device->Download(buffer, y).ok());
  EXPECT_EQ(y, Tensor::From<float>({2}, {4, 5}));
}

TEST(Reference, RoundsHalfPrecisionAfterEachNode) {
  Builder b;
  const Value x = b.Input("x", {DType::kF16, {1}});
  const Tensor y =
      RunOne(b, (x + 2048) - 2048, {Tensor::Scalar<float>(1).Cast(DType::kF16).Reshaped({1})});
  EXPECT_EQ(y.At(0), 0);
}

TEST(Reference, IntegersWrapAround) {
  Builder b;
  const Value x = b.Input("x", {DType::kU8, {2}});
  EXPECT_EQ(RunOne(b, x + x, {Tensor::From<uint8_t>({2}, {200, 3})}),
            Tensor::From<uint8_t>({2}, {144, 6}));
}

TEST(Reference, RunsFusedNodes) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {3}});
  const ir::Graph graph = *b.Finish({{"y", ops::Exp(x * 2) + 1}});
  const ir::Graph fused = *transform::FuseElementwise(graph);
  ASSERT_LT(fused.nodes().size(), graph.nodes().size());
  const std::vector<Tensor> inputs = {Tensor::From<float>({3}, {-1, 0, 1})};
  EXPECT_EQ(RunAll(graph, inputs), RunAll(fused, inputs));
}

TEST(Random, AnyElementAloneAndAllDifferentKeys) {
  Builder b;
  const Value key = b.Input("key", {DType::kU32, {2}});
  const ir::Graph graph = *b.Finish({{"long", ops::RandomBits(key, {11})},
                                     {"short", ops::RandomBits(key, {3})},
                                     {"derived", ops::RandomBits(ops::SplitKey(key, 2)[1], {3})}});
  const auto y = RunAll(graph, {Tensor::From<uint32_t>({2}, {1, 2})});
  EXPECT_EQ(y[0].Rows(0, 3), y[1]);
  EXPECT_FALSE(y[1] == y[2]);
}

struct Moments {
  double mean, stddev, least, greatest;
};
Moments MomentsOf(const Tensor& x) {
  double sum = 0, squares = 0, least = INFINITY, greatest = -INFINITY;
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    sum += x.At(i);
    squares += x.At(i) * x.At(i);
    least = std::min(least, x.At(i));
    greatest = std::max(greatest, x.At(i));
  }
  const double n = static_cast<double>(x.num_elements());
  return {sum / n, std::sqrt(squares / n - sum / n * (sum / n)), least, greatest};
}

TEST(Random, DistributionsHaveTheirMoments) {
  constexpr int64_t kCount = 100000;
  Builder b;
  const Value key = b.Input("key", {DType::kU32, {2}});
  const ir::Type type{DType::kF32, {kCount}};
  const ir::Graph graph = *b.Finish({{"uniform", ops::RandomUniform(key, type)},
                                     {"normal", ops::RandomNormal(key, type)},
                                     {"truncated", ops::RandomTruncatedNormal(key, type)}});
  const auto y = RunAll(graph, {Tensor::From<uint32_t>({2}, {7, 9})});
  const Moments uniform = MomentsOf(y[0]), normal = MomentsOf(y[1]), truncated = MomentsOf(y[2]);
  EXPECT_NEAR(uniform.mean, 0.5, 0.004);
  EXPECT_NEAR(uniform.stddev, std::sqrt(1.0 / 12), 0.003);
  EXPECT_GE(uniform.least, 0);
  EXPECT_LT(uniform.greatest, 1);
  EXPECT_NEAR(normal.mean, 0, 0.013);
  EXPECT_NEAR(normal.stddev, 1, 0.01);
  EXPECT_GT(normal.greatest, 3.5);
  EXPECT_NEAR(truncated.mean, 0, 0.012);
  EXPECT_NEAR(truncated.stddev, 0.8796, 0.008);
  EXPECT_LE(truncated.greatest, 2);
  EXPECT_GE(truncated.least, -2);
}

TEST(Dropout, DropsTheRateAndKeepsTheMean) {
  constexpr int64_t kCount = 50000;
  Builder b;
  const Value key = b.Input("key", {DType::kU32, {2}});
  const Value x = b.Input("x", {DType::kF32, {kCount}});
  const Tensor ones = Tensor::From<float>({kCount}, std::vector<float>(kCount, 1));
  const Tensor y =
      RunOne(b, ops::Dropout(x, key, 0.3), {Tensor::From<uint32_t>({2}, {5, 6}), ones});
  int64_t dropped = 0;
  for (int64_t i = 0; i < kCount; ++i) dropped += y.At(i) == 0;
  EXPECT_NEAR(static_cast<double>(dropped) / kCount, 0.3, 0.01);
  EXPECT_NEAR(MomentsOf(y).mean, 1, 0.02);
}

TEST(LogSumExp, HoldsAtInfinity) {
  Builder b;
  const Value x = b.Input("x", {DType::kF64, {3, 2}});
  const Tensor y =
      RunOne(b, ops::LogSumExp(x, {1}),
             {Tensor::From<double>({3, 2}, {1000, 1000, -INFINITY, -INFINITY, 0, INFINITY})});
  EXPECT_NEAR(y.At(0), 1000 + std::log(2), 1e-9);
  EXPECT_EQ(y.At(1), -INFINITY);
  EXPECT_EQ(y.At(2), INFINITY);
}

TEST(Take, CountsFromTheEnd) {
  Builder b;
  const Value x = b.Input("x", {DType::kI32, {3}});
  const Value i = b.Input("i", {DType::kI8, {2}});
  EXPECT_EQ(RunOne(b, ops::Take(x, i, 0),
                   {Tensor::From<int32_t>({3}, {4, 5, 6}), Tensor::From<int8_t>({2}, {-1, 0})}),
            Tensor::From<int32_t>({2}, {6, 4}));
}

// Doubles every bucket, as two shards with equal gradients would.
class TwoShards : public Collectives {
 public:
  absl::Status Start(int32_t bucket, const void* addends, int64_t count, DType dtype) override {
    EXPECT_EQ(dtype, DType::kF32);
    const float* from = static_cast<const float*>(addends);
    buckets_[bucket].assign(from, from + count);
    return absl::OkStatus();
  }
  absl::Status Wait(int32_t bucket, void* sum) override {
    float* to = static_cast<float*>(sum);
    for (const float addend : buckets_[bucket]) *to++ = 2 * addend;
    return absl::OkStatus();
  }

 private:
  std::map<int32_t, std::vector<float>> buckets_;
};

TEST(AllReduce, SumsThroughTheCollectives) {
  Builder b;
  const Value x = b.Input("x", {DType::kF32, {2, 1}});
  const Value y = b.Input("y", {DType::kF32, {1}});
  const Value flat = b.Add(ops::kAllReduceStart, {{x, y}}, ops::BucketAttrs{3});
  const Value done = b.Add(ops::kAllReduceDone, {{flat}}, ops::BucketAttrs{3});
  const Value slice = b.Add(ops::kBucketSlice, {{done}}, ops::BucketSliceAttrs{1, {1, 2}});
  const ir::Graph graph = *b.Finish({{"slice", slice}});
  const std::vector<Tensor> inputs = {Tensor::From<float>({2, 1}, {1, 2}),
                                      Tensor::From<float>({1}, {3})};
  EXPECT_EQ(RunAll(graph, inputs)[0], Tensor::From<float>({1, 2}, {2, 3}));

  const auto device = MakeReferenceDevice();
  const auto executable = *device->Compile(graph, {});
  std::vector<Buffer> buffers = {*device->Allocate(8), *device->Allocate(4), *device->Allocate(8)};
  ASSERT_TRUE(device->Upload(inputs[0], buffers[0]).ok());
  ASSERT_TRUE(device->Upload(inputs[1], buffers[1]).ok());
  TwoShards shards;
  ASSERT_TRUE(
      executable->Run({buffers.data(), 2}, {&buffers[2], 1}, {.collectives = &shards}).ok());
  Tensor sum(DType::kF32, {1, 2});
  ASSERT_TRUE(device->Download(buffers[2], sum).ok());
  EXPECT_EQ(sum, Tensor::From<float>({1, 2}, {4, 6}));
}

}  // namespace
}  // namespace tricorn::backend
