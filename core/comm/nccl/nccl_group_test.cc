#include <cuda_runtime_api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "absl/time/clock.h"
#include "core/backend/cuda_loader.h"
#include "core/base/status.h"
#include "core/comm/device/connect_device_group.h"
#include "core/comm/local/local_group.h"
#include "core/comm/testing/sum_cases.h"
#include "core/ir/builder.h"
#include "core/ops/collective/collective.h"
#include "core/ops/elementwise/elementwise.h"

// One rank, on a GPU: NCCL refuses two on one.

namespace tricorn::comm {
namespace {

using backend::Buffer;

class NcclGroupTest : public testing::Test {
 protected:
  // One for all tests: a device costs a context.
  static void SetUpTestSuite() { gpu_ = new auto(backend::LoadCudaDevice(0)); }
  static void TearDownTestSuite() { delete gpu_; }
  void SetUp() override {
    if (!gpu_->ok()) GTEST_SKIP() << gpu_->status().message();
  }
  static backend::Device& gpu() { return ***gpu_; }

  static std::unique_ptr<DeviceGroup> Connect(int shards, Determinism determinism,
                                              bool nccl_alone = true) {
    auto group = ConnectDeviceGroup(gpu(), {.control = std::move(MakeLocalCommunicators(1, 1)[0]),
                                            .shards = {0, shards},
                                            .total_shards = shards,
                                            .determinism = determinism,
                                            .nccl_alone = nccl_alone});
    EXPECT_TRUE(group.ok()) << group.status();
    return group.ok() ? *std::move(group) : nullptr;
  }

  static Buffer Uploaded(const std::vector<std::byte>& bytes, DType dtype) {
    const auto count = static_cast<int64_t>(bytes.size()) / SizeOf(dtype);
    Tensor tensor = Tensor::Uninitialized(dtype, Shape({count}));
    std::memcpy(tensor.bytes(), bytes.data(), bytes.size());
    const Buffer buffer = gpu().Allocate(tensor.nbytes()).value();
    EXPECT_TRUE(gpu().Upload(tensor, buffer).ok());
    return buffer;
  }

  static std::vector<std::byte> Downloaded(const Buffer& buffer, DType dtype) {
    Tensor tensor = Tensor::Uninitialized(dtype, Shape({buffer.nbytes / SizeOf(dtype)}));
    EXPECT_TRUE(gpu().Download(buffer, tensor).ok());
    const auto* const bytes = reinterpret_cast<const std::byte*>(tensor.bytes());
    return {bytes, bytes + tensor.nbytes()};
  }

  static int64_t FreeBytes() {
    size_t free = 0, total = 0;
    EXPECT_EQ(cudaDeviceSynchronize(), cudaSuccess);
    EXPECT_EQ(cudaMemGetInfo(&free, &total), cudaSuccess);
    return static_cast<int64_t>(free);
  }

  static inline absl::StatusOr<std::unique_ptr<backend::Device>>* gpu_ = nullptr;
};

TEST_F(NcclGroupTest, GivesTheBitsOfTheSerialTree) {
  for (const int shards : {1, 2, 3, 8, 13}) {
    for (const bool nccl_alone : {false, true}) {
      const auto group = Connect(shards, Determinism::kExact, nccl_alone);
      for (const DType dtype : {DType::kF32, DType::kF64, DType::kI32, DType::kI64}) {
        for (const int64_t count : {1, 15, 1024, 70001}) {
          const Buffer sum = Uploaded(std::vector<std::byte>(count * SizeOf(dtype)), dtype);
          const auto reducer = group->MakeReducer({{dtype, count, sum.data}}).value();
          std::vector<Buffer> parts;
          ASSERT_TRUE(reducer->BeginStep().ok());
          for (int shard = 0; shard < shards; ++shard) {
            parts.push_back(Uploaded(ShardArray(shard, count, dtype), dtype));
            reducer->Contribute(0, shard, parts.back().data);
          }
          ASSERT_TRUE(reducer->Wait(0).ok()) << reducer->Wait(0);
          EXPECT_EQ(Downloaded(sum, dtype), SerialTreeSum(shards, count, dtype))
              << shards << " shards, " << count << " " << Name(dtype);
        }
      }
    }
  }
}

TEST_F(NcclGroupTest, SumsFastToo) {
  for (const int shards : {1, 4}) {
    const auto group = Connect(shards, Determinism::kFast);
    const int64_t count = 70001;
    const Buffer sum = Uploaded(std::vector<std::byte>(count * 4), DType::kI32);
    const auto reducer = group->MakeReducer({{DType::kI32, count, sum.data}}).value();
    std::vector<Buffer> parts;
    for (int shard = 0; shard < shards; ++shard) {
      parts.push_back(Uploaded(ShardArray(shard, count, DType::kI32), DType::kI32));
    }
    for (int step = 0; step < 3; ++step) {
      ASSERT_TRUE(reducer->BeginStep().ok());
      for (int shard = 0; shard < shards; ++shard) reducer->Contribute(0, shard, parts[shard].data);
      ASSERT_TRUE(reducer->Wait(0).ok()) << reducer->Wait(0);
    }
    EXPECT_EQ(Downloaded(sum, DType::kI32), SerialTreeSum(shards, count, DType::kI32));
  }
}

// Twice x in bucket 0 and three times x in bucket 1.
std::unique_ptr<backend::Executable> TwoBuckets(backend::Device& device, int64_t count) {
  ir::Builder b;
  const ir::Value x = b.Input("x", {DType::kF32, {count}});
  const ir::Value two = ops::Add(x, x);
  const ir::Value first = b.Add(ops::kAllReduceStart, {{two}}, ops::BucketAttrs{0});
  const ir::Value three = ops::Add(two, x);
  const ir::Value second = b.Add(ops::kAllReduceStart, {{three}}, ops::BucketAttrs{1});
  return device.Compile(b.Finish({{"bucket0", first}, {"bucket1", second}}).value(), {}).value();
}

TEST_F(NcclGroupTest, SumsInsideACapturedStep) {
  constexpr int64_t kCount = 5000;
  for (const Determinism determinism : {Determinism::kExact, Determinism::kFast}) {
    const auto group = Connect(2, determinism);
    std::vector<Buffer> sums;
    for (int i = 0; i < 2; ++i) sums.push_back(gpu().Allocate(kCount * 4).value());
    const auto reducer = group
                             ->MakeReducer({{DType::kF32, kCount, sums[0].data},
                                            {DType::kF32, kCount, sums[1].data}})
                             .value();
    std::vector<std::vector<Buffer>> lanes(2);
    std::vector<Buffer> inputs;
    for (std::vector<Buffer>& lane : lanes) {
      inputs.push_back(gpu().Allocate(kCount * 4).value());
      for (int i = 0; i < 2; ++i) lane.push_back(gpu().Allocate(kCount * 4).value());
    }
    {
      const auto step = TwoBuckets(gpu(), kCount);
      for (int run = 0; run < 5; ++run) {  // the second is recorded, later ones are replays
        ASSERT_TRUE(reducer->BeginStep().ok());
        for (int shard = 0; shard < 2; ++shard) {
          Tensor x(DType::kF32, Shape({kCount}));
          for (int64_t i = 0; i < kCount; ++i) {
            x.data<float>()[i] = static_cast<float>(i + run * 10 + shard);
          }
          ASSERT_TRUE(gpu().Upload(x, inputs[shard]).ok());
          const absl::Status ran = step->Run({&inputs[shard], 1}, lanes[shard],
                                             {.collectives = &reducer->CollectivesOf(shard)});
          ASSERT_TRUE(ran.ok()) << ran;
        }
        for (int bucket = 0; bucket < 2; ++bucket) {
          ASSERT_TRUE(reducer->Wait(bucket).ok());
          Tensor sum = Tensor::Uninitialized(DType::kF32, Shape({kCount}));
          ASSERT_TRUE(gpu().Download(sums[bucket], sum).ok());
          for (const int64_t i : {int64_t{0}, int64_t{777}, kCount - 1}) {
            EXPECT_EQ(sum.data<float>()[i],
                      static_cast<float>((bucket + 2) * (2 * (i + run * 10) + 1)))
                << "run " << run << ", bucket " << bucket;
          }
        }
      }
    }
  }
}

TEST_F(NcclGroupTest, AnAbortIsToldAtOnceAndLeavesNothing) {
  const absl::Status error = absl::CancelledError("job 7 was cancelled");
  const Buffer sum = gpu().Allocate(4000).value();
  const Buffer part = gpu().Allocate(4000).value();
  int64_t free_before = 0;
  for (int round = 0; round <= 100; ++round) {
    const auto group = Connect(1, round % 2 == 0 ? Determinism::kExact : Determinism::kFast);
    ASSERT_NE(group, nullptr);
    const auto reducer = group->MakeReducer({{DType::kF32, 1000, sum.data}}).value();
    reducer->Contribute(0, 0, part.data);
    ASSERT_TRUE(reducer->Wait(0).ok());
    if (round % 3 == 0) {
      const absl::Time start = absl::Now();
      group->Abort(error);
      EXPECT_EQ(reducer->Wait(0), error);
      EXPECT_EQ(reducer->BeginStep(), error);
      EXPECT_LT(absl::Now() - start, absl::Seconds(2));
    }
    if (round == 10) free_before = FreeBytes();  // what NCCL keeps for the process is there now
  }
  const absl::Time deadline = absl::Now() + absl::Seconds(5);
  while (FreeBytes() < free_before && absl::Now() < deadline)
    absl::SleepFor(absl::Milliseconds(50));
  EXPECT_LE(free_before - FreeBytes(), 1 << 20);
}

TEST_F(NcclGroupTest, RefusesWhatItCannotSum) {
  const auto group = Connect(2, Determinism::kExact, false);
  const Buffer sum = gpu().Allocate(4000).value();
  EXPECT_TRUE(absl::IsUnimplemented(group->MakeReducer({{DType::kBF16, 1000, sum.data}}).status()));
  const auto reducer = group->MakeReducer({{DType::kF32, 10, sum.data}}).value();
  reducer->Contribute(0, 1, sum.data + 400);
  EXPECT_THAT(std::string(reducer->Wait(0).message()), testing::HasSubstr("shards in order"));
}

}  // namespace
}  // namespace tricorn::comm
