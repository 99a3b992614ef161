#include "core/comm/nccl/nccl_reducer.h"

#include <algorithm>
#include <utility>

#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/backend/device_collectives.h"
#include "core/base/status.h"

namespace tricorn::comm {
namespace {

constexpr int64_t kRowAlign = 256;

ncclDataType_t NcclType(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return ncclFloat32;
    case DType::kF64:
      return ncclFloat64;
    case DType::kI32:
      return ncclInt32;
    default:
      return ncclInt64;
  }
}

int64_t Aligned(int64_t nbytes) { return (nbytes + kRowAlign - 1) / kRowAlign * kRowAlign; }

}  // namespace

class NcclReducer::ShardCollectives final : public backend::DeviceCollectives {
 public:
  ShardCollectives(NcclReducer& reducer, int shard) : reducer_(reducer), shard_(shard) {}
  absl::Status Start(int32_t bucket, const void* addends, int64_t, DType) override {
    return reducer_.Hand(bucket, shard_, static_cast<const std::byte*>(addends));
  }
  absl::Status Wait(int32_t bucket, void* sum) override { return reducer_.Wait(bucket, sum); }

 private:
  NcclReducer& reducer_;
  const int shard_;
};

absl::StatusOr<std::unique_ptr<NcclReducer>> NcclReducer::Create(NcclGroup& group,
                                                                 std::vector<Bucket> buckets) {
  for (const Bucket& bucket : buckets) RETURN_IF_ERROR(CheckSummable(bucket.dtype));
  std::unique_ptr<NcclReducer> reducer(new NcclReducer(group, std::move(buckets)));
  RETURN_IF_ERROR(reducer->Prepare());
  return reducer;
}

NcclReducer::NcclReducer(NcclGroup& group, std::vector<Bucket> buckets)
    : group_(group),
      buckets_(std::move(buckets)),
      operands_(group.plan().OperandsSeenBy(group.rank())),
      parts_(buckets_.size(), std::vector<const std::byte*>(group.shards().size())),
      incoming_(group.plan().size()) {
  for (int shard = group.shards().first; shard < group.shards().last; ++shard) {
    collectives_.push_back(std::make_unique<ShardCollectives>(*this, shard));
  }
}

absl::Status NcclReducer::Prepare() {
  RETURN_IF_ERROR(group_.context().MakeCurrent());
  for (size_t i = 0; i < 2 * buckets_.size(); ++i) {
    cudaEvent_t event = nullptr;
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
    (i < buckets_.size() ? ready_ : summed_).push_back(event);
  }
  for (cudaEvent_t* const event : {&updated_, &gathered_}) {
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(event, cudaEventDisableTiming));
  }
  for (const Bucket& bucket : buckets_) {
    if (!sums_.contains(bucket.dtype)) sums_.emplace(bucket.dtype, MakeSums(bucket.dtype));
  }
  RETURN_IF_ERROR(module_.Load(group_.context().compiler()));
  return AllocateRows();
}

NcclReducer::Sums NcclReducer::MakeSums(DType dtype) {
  const GroupPlan& plan = group_.plan();
  Sums sums;
  if (group_.determinism() == Determinism::kFast) {
    const int owned = group_.shards().size();
    if (owned > 1) sums.fold.emplace(module_, Leaves({0, owned}), owned, dtype);
    return sums;
  }
  const std::vector<ShardRange>& own = plan.brings[group_.rank()];
  const bool folds = group_.comm() != nullptr && own != plan.partials[group_.rank()];
  if (folds) sums.fold.emplace(module_, own, plan.total_shards, dtype);
  sums.total.emplace(module_, GroupPlan::NodesOf(operands_), plan.total_shards, dtype);
  return sums;
}

// Buckets follow each other on the stream, so the largest one's rows do for all.
absl::Status NcclReducer::AllocateRows() {
  const GroupPlan& plan = group_.plan();
  if (group_.determinism() == Determinism::kFast || group_.comm() == nullptr) {
    return absl::OkStatus();
  }
  int64_t whole = 0, slice = 0;
  for (const Bucket& bucket : buckets_) {
    const int64_t size = SizeOf(bucket.dtype);
    whole = std::max(whole, Aligned(bucket.count * size));
    slice = std::max(slice, Aligned(SliceOfRank(bucket, group_.rank()).count * size));
  }
  const bool folds = plan.brings[group_.rank()] != plan.partials[group_.rank()];
  const size_t num_folded = folds ? plan.partials[group_.rank()].size() : 0;
  const size_t num_incoming = operands_.size() - plan.brings[group_.rank()].size();
  ASSIGN_OR_RETURN(memory_,
                   group_.context().Allocate(static_cast<int64_t>(num_folded) * whole +
                                                 static_cast<int64_t>(num_incoming) * slice,
                                             "partial sums of gradients"));
  std::byte* next = memory_.data;
  for (size_t i = 0; i < num_folded; ++i, next += whole) folded_.push_back(next);
  for (int peer = 0; peer < plan.size(); ++peer) {
    if (peer == group_.rank()) continue;
    for (size_t i = 0; i < plan.partials[peer].size(); ++i, next += slice) {
      incoming_[peer].push_back(next);
    }
  }
  // The stream of collectives writes to what the stream of kernels was given.
  return backend::cuda::ToStatus(cudaStreamSynchronize(group_.context().stream()), "rows");
}

NcclReducer::~NcclReducer() {
  static_cast<void>(group_.context().MakeCurrent());
  static_cast<void>(cudaStreamSynchronize(group_.stream()));
  for (const std::vector<cudaEvent_t>* events : {&ready_, &summed_}) {
    for (const cudaEvent_t event : *events) static_cast<void>(cudaEventDestroy(event));
  }
  for (const cudaEvent_t event : {updated_, gathered_}) {
    if (event != nullptr) static_cast<void>(cudaEventDestroy(event));
  }
}

// -- A step ---------------------------------------------------------------------------------------

absl::Status NcclReducer::BeginStep() {
  RETURN_IF_ERROR(group_.status());
  if (group_.shards().size() > 0) return absl::OkStatus();
  // A rank without shards has nothing to wait for.
  RETURN_IF_ERROR(group_.context().MakeCurrent());
  const absl::MutexLock lock(&group_.context().stream_mutex());
  for (size_t bucket = 0; bucket < buckets_.size(); ++bucket) {
    RETURN_IF_ERROR(EnqueueSum(static_cast<int>(bucket)));
  }
  return absl::OkStatus();
}

void NcclReducer::Contribute(int bucket, int shard, const std::byte* data) {
  absl::Status status = group_.context().MakeCurrent();
  if (status.ok()) {
    const absl::MutexLock lock(&group_.context().stream_mutex());
    status = Hand(bucket, shard, data);
  }
  if (!status.ok()) Abort(status);
}

backend::Collectives& NcclReducer::CollectivesOf(int shard) {
  const int index = shard - group_.shards().first;
  CHECK(0 <= index && index < group_.shards().size());
  return *collectives_[static_cast<size_t>(index)];
}

absl::Status NcclReducer::Wait(int bucket) {
  CHECK(0 <= bucket && bucket < static_cast<int>(buckets_.size()));
  return group_.status();
}

absl::Status NcclReducer::Gather(std::byte* data, std::span<const Slice> slices, DType dtype) {
  RETURN_IF_ERROR(group_.status());
  if (group_.comm() == nullptr) return absl::OkStatus();  // alone
  RETURN_IF_ERROR(group_.context().MakeCurrent());
  const absl::MutexLock lock(&group_.context().stream_mutex());
  const cudaStream_t kernels = group_.context().stream();
  RETURN_IF_CUDA_ERROR(cudaEventRecord(updated_, kernels));
  RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(group_.stream(), updated_));
  RETURN_IF_ERROR(EnqueueGather(data, slices, dtype));
  RETURN_IF_CUDA_ERROR(cudaEventRecord(gathered_, group_.stream()));
  return backend::cuda::ToStatus(cudaStreamWaitEvent(kernels, gathered_), "gathered slices");
}

absl::Status NcclReducer::Wait(int bucket, void* sum) {
  RETURN_IF_ERROR(group_.status());
  const Bucket& from = buckets_[static_cast<size_t>(bucket)];
  const cudaStream_t kernels = group_.context().stream();
  RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(kernels, summed_[static_cast<size_t>(bucket)]));
  return backend::cuda::ToStatus(
      cudaMemcpyAsync(sum, from.sum, static_cast<size_t>(from.count * SizeOf(from.dtype)),
                      cudaMemcpyDeviceToDevice, kernels),
      "sum of a bucket");
}

absl::Status NcclReducer::Hand(int bucket, int shard, const std::byte* data) {
  RETURN_IF_ERROR(group_.status());
  std::vector<const std::byte*>& parts = parts_[static_cast<size_t>(bucket)];
  const auto index = static_cast<size_t>(shard - group_.shards().first);
  CHECK(index < parts.size());
  if (parts[index] != nullptr && parts[index] != data) {
    return Internal(
        "bucket {} of shard {}: expected the address of the first step, received another", bucket,
        shard);
  }
  if (std::count(parts.begin(), parts.end(), data) > (parts[index] == data ? 1 : 0)) {
    return Internal("bucket {} of shard {}: expected an address of its own, received another's",
                    bucket, shard);
  }
  parts[index] = data;
  if (index + 1 < parts.size()) return absl::OkStatus();
  for (const std::byte* part : parts) {
    if (part == nullptr) {
      return Internal("bucket {}: expected shards in order, received {} first", bucket, shard);
    }
  }
  return EnqueueSum(bucket);
}

absl::Status NcclReducer::EnqueueSum(int bucket) {
  const auto at = static_cast<size_t>(bucket);
  const cudaStream_t kernels = group_.context().stream();
  RETURN_IF_CUDA_ERROR(cudaEventRecord(ready_[at], kernels));
  RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(group_.stream(), ready_[at]));
  RETURN_IF_ERROR(group_.determinism() == Determinism::kFast ? SumFast(bucket)
                                                             : SumExactly(bucket));
  RETURN_IF_CUDA_ERROR(cudaEventRecord(summed_[at], group_.stream()));
  if (at + 1 < buckets_.size()) return absl::OkStatus();
  return backend::cuda::ToStatus(cudaStreamWaitEvent(kernels, summed_[at]), "end of the sums");
}

// -- The sums -------------------------------------------------------------------------------------

absl::Status NcclReducer::SumExactly(int index) {
  const Bucket& bucket = buckets_[static_cast<size_t>(index)];
  const Sums& sums = sums_.at(bucket.dtype);
  const int64_t size = SizeOf(bucket.dtype);
  const std::vector<const std::byte*>& parts = parts_[static_cast<size_t>(index)];
  const bool alone = group_.comm() == nullptr;
  const Slice mine = SliceOfRank(bucket, group_.rank());  // all of it, alone
  if (!alone) {
    std::vector<const std::byte*> partials = parts;
    if (sums.fold) {
      RETURN_IF_ERROR(sums.fold->Enqueue(parts, folded_, bucket.count, group_.stream()));
      partials.assign(folded_.begin(), folded_.end());
    }
    RETURN_IF_ERROR(Scatter(bucket, partials));
  }
  std::vector<const std::byte*> sources;
  for (const auto& [node, member, i] : operands_) {
    const auto row = static_cast<size_t>(i);
    sources.push_back(member == group_.rank() ? parts[row] + mine.first * size
                                              : incoming_[static_cast<size_t>(member)][row]);
  }
  std::byte* const out = bucket.sum + mine.first * size;
  RETURN_IF_ERROR(sums.total->Enqueue(sources, {&out, 1}, mine.count, group_.stream()));
  if (alone) return absl::OkStatus();
  if (!bucket.slices.empty()) return absl::OkStatus();
  return EnqueueGather(bucket.sum, SlicesOf(bucket), bucket.dtype);
}

absl::Status NcclReducer::Scatter(const Bucket& bucket,
                                  const std::vector<const std::byte*>& partials) {
  const NcclLibrary& nccl = group_.library();
  const int64_t size = SizeOf(bucket.dtype);
  const auto mine = static_cast<size_t>(SliceOfRank(bucket, group_.rank()).count);
  return group_.comm()->Enqueue([&](ncclComm_t comm) {
    ncclResult_t result = ncclSuccess;
    const auto keep = [&result](ncclResult_t r) { result = result == ncclSuccess ? r : result; };
    for (int peer = 0; peer < group_.plan().size(); ++peer) {
      if (peer == group_.rank()) continue;
      const Slice theirs = SliceOfRank(bucket, peer);
      for (const std::byte* partial : partials) {
        if (theirs.count == 0) break;
        keep(nccl.Send(partial + theirs.first * size, static_cast<size_t>(theirs.count),
                       NcclType(bucket.dtype), peer, comm, group_.stream()));
      }
      for (std::byte* row : incoming_[static_cast<size_t>(peer)]) {
        if (mine == 0) break;
        keep(nccl.Recv(row, mine, NcclType(bucket.dtype), peer, comm, group_.stream()));
      }
    }
    return result;
  });
}

std::vector<Slice> NcclReducer::SlicesOf(const Bucket& bucket) const {
  std::vector<Slice> slices;
  for (int rank = 0; rank < group_.plan().size(); ++rank) {
    slices.push_back(SliceOfRank(bucket, rank));
  }
  return slices;
}

absl::Status NcclReducer::EnqueueGather(std::byte* data, std::span<const Slice> slices,
                                        DType dtype) {
  const NcclLibrary& nccl = group_.library();
  const int64_t size = SizeOf(dtype);
  const Slice mine = slices[static_cast<size_t>(group_.rank())];
  const std::byte* const own = data + mine.first * size;
  const ncclDataType_t type = NcclType(dtype);
  bool are_even = true;  // on all ranks alike
  for (size_t rank = 0; rank < slices.size(); ++rank) {
    are_even = are_even && slices[rank].count == mine.count &&
               slices[rank].first == static_cast<int64_t>(rank) * mine.count;
  }
  return group_.comm()->Enqueue([&](ncclComm_t comm) {
    if (are_even) {
      return nccl.AllGather(own, data, static_cast<size_t>(mine.count), type, comm,
                            group_.stream());
    }
    ncclResult_t result = ncclSuccess;
    const auto keep = [&result](ncclResult_t r) { result = result == ncclSuccess ? r : result; };
    for (int peer = 0; peer < group_.plan().size(); ++peer) {
      if (peer == group_.rank()) continue;
      const Slice theirs = slices[static_cast<size_t>(peer)];
      if (mine.count > 0) {
        keep(nccl.Send(own, static_cast<size_t>(mine.count), type, peer, comm, group_.stream()));
      }
      if (theirs.count > 0) {
        keep(nccl.Recv(data + theirs.first * size, static_cast<size_t>(theirs.count), type, peer,
                       comm, group_.stream()));
      }
    }
    return result;
  });
}

absl::Status NcclReducer::ReduceFast(const Bucket& bucket, const std::byte* own) {
  const NcclLibrary& nccl = group_.library();
  const int64_t size = SizeOf(bucket.dtype);
  return group_.comm()->Enqueue([&](ncclComm_t comm) {
    ncclResult_t result = ncclSuccess;
    for (int rank = 0; rank < group_.plan().size() && result == ncclSuccess; ++rank) {
      const Slice slice = SliceOfRank(bucket, rank);
      if (slice.count == 0) continue;
      result = nccl.Reduce(own + slice.first * size, bucket.sum + slice.first * size,
                           static_cast<size_t>(slice.count), NcclType(bucket.dtype), ncclSum, rank,
                           comm, group_.stream());
    }
    return result;
  });
}

absl::Status NcclReducer::SumFast(int index) {
  const Bucket& bucket = buckets_[static_cast<size_t>(index)];
  const Sums& sums = sums_.at(bucket.dtype);
  const std::vector<const std::byte*>& parts = parts_[static_cast<size_t>(index)];
  const auto nbytes = static_cast<size_t>(bucket.count * SizeOf(bucket.dtype));
  const std::byte* own = bucket.sum;
  if (parts.empty()) {
    RETURN_IF_CUDA_ERROR(cudaMemsetAsync(bucket.sum, 0, nbytes, group_.stream()));
  } else if (sums.fold) {
    RETURN_IF_ERROR(sums.fold->Enqueue(parts, {&bucket.sum, 1}, bucket.count, group_.stream()));
  } else {
    own = parts[0];
  }
  if (group_.comm() == nullptr) {
    if (own == bucket.sum) return absl::OkStatus();
    return backend::cuda::ToStatus(
        cudaMemcpyAsync(bucket.sum, own, nbytes, cudaMemcpyDeviceToDevice, group_.stream()),
        "sum of one shard");
  }
  if (!bucket.slices.empty()) return ReduceFast(bucket, own);
  return group_.comm()->Enqueue([&](ncclComm_t comm) {
    return group_.library().AllReduce(own, bucket.sum, static_cast<size_t>(bucket.count),
                                      NcclType(bucket.dtype), ncclSum, comm, group_.stream());
  });
}

}  // namespace tricorn::comm
