#include "core/backend/cuda/device/staged_upload.h"

#include <algorithm>
#include <cstring>
#include <thread>

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kPieceNbytes = int64_t{1} << 20;
constexpr int kMaxThreads = 8;
constexpr int kStagesPerThread = 2;

}  // namespace

StagedUpload::StagedUpload(int ordinal, std::shared_ptr<PinnedMemory> memory)
    : ordinal_(ordinal),
      memory_(std::move(memory)),
      num_threads_(
          std::clamp(static_cast<int>(std::thread::hardware_concurrency()) / 2, 1, kMaxThreads)) {}

StagedUpload::~StagedUpload() {
  for (const Stage& stage : stages_) {
    if (stage.copied == nullptr) continue;
    static_cast<void>(cudaEventSynchronize(stage.copied));
    static_cast<void>(cudaEventDestroy(stage.copied));
  }
}

absl::Status StagedUpload::Prepare() {
  if (threads_ != nullptr) return absl::OkStatus();
  stages_.resize(static_cast<size_t>(num_threads_ * kStagesPerThread));
  for (Stage& stage : stages_) {
    if (stage.copied != nullptr) continue;
    ASSIGN_OR_RETURN(stage.piece, memory_->Allocate(DType::kU8, {kPieceNbytes}));
    RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&stage.copied, cudaEventDisableTiming));
  }
  threads_ = std::make_unique<ThreadPool>(num_threads_);
  return absl::OkStatus();
}

// Every num_threads_-th piece.
absl::Status StagedUpload::CopyShare(int thread, const std::byte* from, std::byte* to,
                                     int64_t nbytes, cudaStream_t stream) {
  RETURN_IF_CUDA_ERROR(cudaSetDevice(ordinal_));
  int turn = 0;
  for (int64_t at = thread * kPieceNbytes; at < nbytes; at += num_threads_ * kPieceNbytes) {
    Stage& stage =
        stages_[static_cast<size_t>(thread * kStagesPerThread + turn++ % kStagesPerThread)];
    RETURN_IF_CUDA_ERROR(cudaEventSynchronize(stage.copied));
    const auto size = static_cast<size_t>(std::min(kPieceNbytes, nbytes - at));
    std::memcpy(stage.piece.bytes(), from + at, size);
    RETURN_IF_CUDA_ERROR(
        cudaMemcpyAsync(to + at, stage.piece.bytes(), size, cudaMemcpyHostToDevice, stream));
    RETURN_IF_CUDA_ERROR(cudaEventRecord(stage.copied, stream));
  }
  return absl::OkStatus();
}

absl::Status StagedUpload::Run(const std::byte* from, std::byte* to, int64_t nbytes,
                               cudaStream_t stream) {
  RETURN_IF_ERROR(Prepare());
  std::vector<absl::Status> statuses(static_cast<size_t>(num_threads_));
  threads_->ForEach(num_threads_, [&](int thread) {
    statuses[static_cast<size_t>(thread)] = CopyShare(thread, from, to, nbytes, stream);
  });
  for (const absl::Status& status : statuses) RETURN_IF_ERROR(status);
  return absl::OkStatus();
}

}  // namespace tricorn::backend::cuda
