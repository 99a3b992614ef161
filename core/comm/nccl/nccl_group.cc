#include "core/comm/nccl/nccl_group.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "absl/time/clock.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/base/status.h"
#include "core/comm/nccl/nccl_reducer.h"

namespace tricorn::comm {
namespace {

using backend::cuda::DeviceContext;

std::byte* BytesOf(ncclUniqueId& id) { return reinterpret_cast<std::byte*>(&id); }

// What ranks tell each other first; added to the zeros of the others.
struct Introduction {
  int64_t first = 0, last = 0;       // shards
  std::array<int64_t, 2> gpu{0, 0};  // its UUID
};

absl::StatusOr<Introduction> IntroductionOf(ShardRange shards) {
  Introduction introduction{.first = shards.first, .last = shards.last};
  int ordinal = 0;
  RETURN_IF_CUDA_ERROR(cudaGetDevice(&ordinal));
  cudaDeviceProp properties;
  RETURN_IF_CUDA_ERROR(cudaGetDeviceProperties(&properties, ordinal));
  static_assert(sizeof properties.uuid == sizeof introduction.gpu);
  std::memcpy(introduction.gpu.data(), &properties.uuid, sizeof introduction.gpu);
  return introduction;
}

}  // namespace

NcclGroup::NcclGroup(std::shared_ptr<DeviceContext> context, const DeviceGroupOptions& options)
    : context_(std::move(context)),
      rank_(options.control->rank()),
      shards_(options.shards),
      determinism_(options.determinism) {}

absl::StatusOr<std::unique_ptr<NcclGroup>> NcclGroup::Connect(
    std::shared_ptr<DeviceContext> context, DeviceGroupOptions options) {
  Communicator& control = *options.control;
  CHECK(control.total_shards() == control.size() && control.shards().size() == 1);
  std::unique_ptr<NcclGroup> group(new NcclGroup(std::move(context), options));
  const absl::Time deadline = absl::Now() + options.timeout;
  RETURN_IF_ERROR(group->context_->MakeCurrent());
  int lowest = 0, highest = 0;
  RETURN_IF_CUDA_ERROR(cudaDeviceGetStreamPriorityRange(&lowest, &highest));
  RETURN_IF_CUDA_ERROR(
      cudaStreamCreateWithPriority(&group->stream_, cudaStreamNonBlocking, highest));
  RETURN_IF_ERROR(group->AgreeOnPlan(control, options.total_shards));
  const bool needs_nccl = control.size() > 1 || options.nccl_alone;
  ncclUniqueId id{};
  if (needs_nccl) {
    ASSIGN_OR_RETURN(group->library_, NcclLibrary::Get());
    absl::Status status;
    if (control.rank() == 0) {
      status = group->library_->ToStatus(group->library_->GetUniqueId(&id), "ncclGetUniqueId");
    }
    if (!status.ok()) control.Abort(status);
    RETURN_IF_ERROR(control.Broadcast(BytesOf(id), sizeof id, 0));
  }
  NcclGroup& g = *group;
  g.watch_ = std::make_unique<PeerWatch>(
      std::move(options.control), [&g] { return g.Check(); },
      [&g](const absl::Status& error) { g.OnError(error); });
  if (needs_nccl) RETURN_IF_ERROR(g.ConnectNccl(id, deadline));
  return group;
}

absl::Status NcclGroup::AgreeOnPlan(Communicator& control, int total_shards) {
  std::vector<Introduction> own(static_cast<size_t>(control.size()));
  ASSIGN_OR_RETURN(own[static_cast<size_t>(rank_)], IntroductionOf(shards_));
  std::vector<Introduction> all(own.size());
  const auto* const part = reinterpret_cast<const std::byte*>(own.data());
  constexpr int64_t kFields = sizeof(Introduction) / sizeof(int64_t);
  RETURN_IF_ERROR(control.AllReduce({&part, 1}, reinterpret_cast<std::byte*>(all.data()),
                                    kFields * control.size(), DType::kI64));
  std::vector<ShardRange> ranges;
  for (size_t i = 0; i < all.size(); ++i) {
    ranges.push_back({static_cast<int>(all[i].first), static_cast<int>(all[i].last)});
    for (size_t j = 0; j < i; ++j) {
      if (all[i].gpu != all[j].gpu) continue;
      return FailedPrecondition("ranks {} and {}: expected a GPU each, received one for both", j,
                                i);
    }
  }
  ASSIGN_OR_RETURN(plan_, GroupPlan::OfRanks(total_shards, ranges));
  return absl::OkStatus();
}

absl::Status NcclGroup::ConnectNccl(const ncclUniqueId& id, absl::Time deadline) {
  auto comm = NcclComm::Connect(*library_, id, rank_, plan_.size(), failure_, deadline);
  if (!comm.ok()) {
    Abort(comm.status());
    return failure_.status();
  }
  comm_ = *std::move(comm);
  bool failed = false;
  {
    MutexLock lock(&mu_);
    is_connected_ = true;
    failed = failure_.happened();
  }
  if (failed) comm_->Abort();
  return failure_.status();
}

NcclGroup::~NcclGroup() {
  static_cast<void>(context_->MakeCurrent());
  watch_.reset();
  if (stream_ != nullptr) static_cast<void>(cudaStreamSynchronize(stream_));
  comm_.reset();
  if (stream_ != nullptr) static_cast<void>(cudaStreamDestroy(stream_));
}

absl::Status NcclGroup::Check() {
  MutexLock lock(&mu_);
  return is_connected_ ? comm_->AsyncError() : absl::OkStatus();
}

void NcclGroup::OnError(const absl::Status& error) {
  failure_.Set(error);
  bool is_connected = false;
  {
    MutexLock lock(&mu_);
    is_connected = is_connected_;
  }
  if (!is_connected) return;
  static_cast<void>(context_->MakeCurrent());
  comm_->Abort();
}

void NcclGroup::Abort(const absl::Status& error) {
  failure_.Set(error);
  if (watch_ != nullptr) watch_->Abort(error);
}

absl::StatusOr<std::unique_ptr<ShardReducer>> NcclGroup::MakeReducer(std::vector<Bucket> buckets) {
  return NcclReducer::Create(*this, std::move(buckets));
}

}  // namespace tricorn::comm
