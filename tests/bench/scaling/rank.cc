#include "tests/bench/scaling/rank.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda_loader.h"
#include "core/base/status.h"
#include "core/comm/bucket_reducer.h"
#include "core/comm/device/connect_device_group.h"
#include "core/comm/factory/create_communicator.h"
#include "core/keras/training/trainer.h"
#include "tests/bench/engine/models.h"
#include "tests/bench/scaling/gradient_buckets.h"

namespace tricorn::bench {
namespace {

constexpr int kWarmUps = 4;  // compile, record, replay
constexpr int kChunks = 6;

using Call = std::function<absl::Status()>;

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// One rank among `size`, with the communicators that it needs.
class Rank {
 public:
  Rank(const GangOptions& options, int rank, comm::Store& store)
      : options_(options), rank_(rank), store_(store) {}

  absl::StatusOr<Measured> Measure() {
    ASSIGN_OR_RETURN(device_, MakeDevice());
    ASSIGN_OR_RETURN(clock_, Connect("clock", options_.size));
    Measured measured;
    ASSIGN_OR_RETURN(measured.step_s, MeasureTraining(options_.size, "train"));
    measured.alone_s = measured.step_s;
    measured.allocated_nbytes = allocated_nbytes_;
    if (options_.size == 1) return measured;
    if (options_.shard_optimizer_state) {
      ASSIGN_OR_RETURN(measured.parted_step_s, MeasureTraining(options_.size, "parted", true));
      measured.parted_allocated_nbytes = allocated_nbytes_;
      measured.parted_slot_nbytes = own_slot_nbytes_;
      measured.slot_nbytes = all_slot_nbytes_;
    }
    ASSIGN_OR_RETURN(measured.alone_s, MeasureTraining(1, fmt::format("alone{}", rank_)));
    int64_t nbytes = 0, plain_nbytes = 0;
    ASSIGN_OR_RETURN(measured.sum_s,
                     MeasureSums("sums", options_.determinism, weight_counts_, nbytes));
    int64_t total = 0;
    for (const int64_t count : weight_counts_) total += count;
    ASSIGN_OR_RETURN(const double plain_s,
                     MeasureSums("plain", comm::Determinism::kFast, {total}, plain_nbytes));
    measured.bus_gb_s = BusGigabytes(nbytes) / measured.sum_s;
    measured.plain_bus_gb_s = BusGigabytes(plain_nbytes) / plain_s;
    return measured;
  }

 private:
  struct Peers {
    std::unique_ptr<comm::Communicator> communicator;
    std::unique_ptr<comm::DeviceGroup> group;  // on GPUs
  };

  absl::StatusOr<std::unique_ptr<backend::Device>> MakeDevice() const {
    if (!options_.on_gpus) return std::make_unique<backend::cpu::CpuDevice>();
    return backend::LoadCudaDevice(rank_, {.allow_tf32 = options_.workload.dtype != "fp32"});
  }

  // One shard a rank, among the first `size` ranks or, where size is 1, with oneself.
  absl::StatusOr<std::unique_ptr<comm::Communicator>> Connect(const std::string& channel,
                                                              int size) const {
    const int rank = size == 1 ? 0 : rank_;
    return comm::CreateCommunicator({.rank = rank,
                                     .size = size,
                                     .shards = {rank, rank + 1},
                                     .total_shards = size,
                                     .host_id = "here",
                                     .store = &store_,
                                     .channel = channel});
  }

  absl::StatusOr<Peers> ConnectPeers(const std::string& channel, int size,
                                     comm::Determinism determinism) const {
    Peers peers;
    ASSIGN_OR_RETURN(peers.communicator, Connect(channel, size));
    if (!options_.on_gpus) return peers;
    comm::DeviceGroupOptions group;
    ASSIGN_OR_RETURN(group.control, Connect(channel + ".control", size));
    group.shards = peers.communicator->shards();
    group.total_shards = size;
    group.determinism = determinism;
    ASSIGN_OR_RETURN(peers.group, comm::ConnectDeviceGroup(*device_, std::move(group)));
    return peers;
  }

  absl::StatusOr<double> MeasureTraining(int size, const std::string& channel, bool parts = false) {
    ASSIGN_OR_RETURN(const Peers peers, ConnectPeers(channel, size, options_.determinism));
    ASSIGN_OR_RETURN(const std::shared_ptr<keras::Model> model, MakeModel(options_.workload));
    ASSIGN_OR_RETURN(const auto trainer,
                     keras::Trainer::Create(*model, *device_,
                                            {.communicator = peers.communicator.get(),
                                             .device_group = peers.group.get(),
                                             .shard_optimizer_state = parts}));
    if (const keras::OptimizerPart* part = trainer->part()) {
      own_slot_nbytes_ = part->own_slot_nbytes();
      all_slot_nbytes_ = part->all_slot_nbytes();
    }
    weight_counts_.clear();
    for (const keras::Variable* weight : model->trainable_weights()) {
      weight_counts_.push_back(weight->type.num_elements());
    }
    const int64_t batch = options_.workload.batch;
    const std::vector<keras::StepInputs> inputs = {{.x = {RandomInputs(options_.workload, batch)},
                                                    .y = {RandomLabels(options_.workload, batch)},
                                                    .sample_weight = {}}};
    ASSIGN_OR_RETURN(keras::Step* const step, trainer->TrainStep(inputs[0]));
    RETURN_IF_ERROR(step->Run(inputs, batch * size));
    ASSIGN_OR_RETURN(const double step_s,
                     SecondsOf([&] { return step->RunAgain(inputs, batch * size); }));
    if (options_.on_gpus) {
      ASSIGN_OR_RETURN(const backend::MemoryUse use, device_->Memory());
      allocated_nbytes_ = use.allocated;
    }
    return step_s;
  }

  absl::StatusOr<double> MeasureSums(const std::string& channel, comm::Determinism determinism,
                                     const std::vector<int64_t>& weight_counts, int64_t& nbytes) {
    ASSIGN_OR_RETURN(const Peers peers, ConnectPeers(channel, options_.size, determinism));
    const auto make_reducer = [&](std::vector<comm::Bucket> buckets)
        -> absl::StatusOr<std::unique_ptr<comm::ShardReducer>> {
      if (peers.group != nullptr) return peers.group->MakeReducer(std::move(buckets));
      return std::make_unique<comm::BucketReducer>(*peers.communicator, std::move(buckets));
    };
    ASSIGN_OR_RETURN(const auto buckets,
                     GradientBuckets::Make(*device_, BucketCounts(weight_counts, BucketNbytes()),
                                           make_reducer, rank_));
    nbytes = buckets->nbytes();
    return SecondsOf([&] { return buckets->Sum(); });
  }

  // The median over chunks of back-to-back calls, of which all ranks do the same number.
  absl::StatusOr<double> SecondsOf(const Call& call) const {
    RETURN_IF_ERROR(Repeat(call, kWarmUps));
    const double start = NowSeconds();
    RETURN_IF_ERROR(Repeat(call, kWarmUps));
    const double one_s = std::max((NowSeconds() - start) / kWarmUps, 1e-6);
    int64_t calls = std::max<int64_t>(1, static_cast<int64_t>(options_.budget_s / kChunks / one_s));
    RETURN_IF_ERROR(
        clock_->Broadcast(reinterpret_cast<std::byte*>(&calls), sizeof calls, /*root=*/0));
    std::vector<double> times;
    for (int chunk = 0; chunk < kChunks; ++chunk) {
      RETURN_IF_ERROR(clock_->Barrier());
      const double began = NowSeconds();
      RETURN_IF_ERROR(Repeat(call, calls));
      times.push_back((NowSeconds() - began) / static_cast<double>(calls));
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
  }

  absl::Status Repeat(const Call& call, int64_t times) const {
    for (int64_t i = 0; i < times; ++i) RETURN_IF_ERROR(call());
    return device_->Synchronize();
  }

  int64_t BucketNbytes() const { return int64_t{options_.on_gpus ? 8 : 1} << 20; }

  double BusGigabytes(int64_t nbytes) const {
    return static_cast<double>(nbytes) * 2 * (options_.size - 1) / options_.size / 1e9;
  }

  const GangOptions& options_;
  const int rank_;
  comm::Store& store_;
  std::unique_ptr<backend::Device> device_;
  std::unique_ptr<comm::Communicator> clock_;
  int64_t own_slot_nbytes_ = 0, all_slot_nbytes_ = 0;  // of the last training by parts
  int64_t allocated_nbytes_ = 0;                       // by the last training, on a GPU
  std::vector<int64_t> weight_counts_;
};

}  // namespace

absl::StatusOr<Measured> MeasureRank(const GangOptions& options, int rank, comm::Store& store) {
  return Rank(options, rank, store).Measure();
}

}  // namespace tricorn::bench
