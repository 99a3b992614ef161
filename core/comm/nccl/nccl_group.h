#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "core/backend/cuda/device/device_context.h"
#include "core/base/mutex.h"
#include "core/comm/device/connect_device_group.h"
#include "core/comm/failure.h"
#include "core/comm/group_plan.h"
#include "core/comm/nccl/nccl_comm.h"
#include "core/comm/nccl/peer_watch.h"

namespace tricorn::comm {

// The ranks of a job over NCCL, on one stream of collectives a GPU, beside the stream of kernels.
class NcclGroup final : public DeviceGroup {
 public:
  static absl::StatusOr<std::unique_ptr<NcclGroup>> Connect(
      std::shared_ptr<backend::cuda::DeviceContext> context, DeviceGroupOptions options);
  ~NcclGroup() override;

  absl::StatusOr<std::unique_ptr<ShardReducer>> MakeReducer(std::vector<Bucket> buckets) override;
  absl::Status status() const override { return failure_.status(); }
  void Abort(const absl::Status& error) override;

  // For reducers.
  backend::cuda::DeviceContext& context() const { return *context_; }
  const GroupPlan& plan() const { return plan_; }
  int rank() const { return rank_; }
  ShardRange shards() const { return shards_; }
  Determinism determinism() const { return determinism_; }
  cudaStream_t stream() const { return stream_; }
  const NcclLibrary& library() const { return *library_; }
  NcclComm* comm() const { return comm_.get(); }  // null where one rank needs none

 private:
  NcclGroup(std::shared_ptr<backend::cuda::DeviceContext> context,
            const DeviceGroupOptions& options);
  absl::Status AgreeOnPlan(Communicator& control, int total_shards);
  absl::Status ConnectNccl(const ncclUniqueId& id, absl::Time deadline);
  absl::Status Check();
  void OnError(const absl::Status& error);

  const std::shared_ptr<backend::cuda::DeviceContext> context_;
  const int rank_;
  const ShardRange shards_;
  const Determinism determinism_;
  GroupPlan plan_;
  cudaStream_t stream_ = nullptr;
  const NcclLibrary* library_ = nullptr;
  Failure failure_;
  Mutex mu_;
  bool is_connected_ ABSL_GUARDED_BY(mu_) = false;  // comm_ may be aborted
  std::unique_ptr<NcclComm> comm_;
  std::unique_ptr<PeerWatch> watch_;
};

}  // namespace tricorn::comm
