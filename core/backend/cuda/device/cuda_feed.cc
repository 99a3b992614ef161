#include "core/backend/cuda/device/cuda_feed.h"

#include <utility>

#include "core/backend/cuda/runtime/cuda_error.h"

namespace tricorn::backend::cuda {
namespace {

// How many batches may be on their way: what their tensors hold of host memory is bounded.
constexpr size_t kMaxSent = 4;

absl::StatusOr<cudaEvent_t> MakeEvent() {
  cudaEvent_t event = nullptr;
  RETURN_IF_CUDA_ERROR(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return event;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Feed>> CudaFeed::Create(std::shared_ptr<DeviceContext> context,
                                                       std::span<const int64_t> nbytes) {
  std::unique_ptr<CudaFeed> feed(new CudaFeed(std::move(context)));
  RETURN_IF_ERROR(feed->context_->MakeCurrent());
  RETURN_IF_CUDA_ERROR(cudaStreamCreateWithFlags(&feed->stream_, cudaStreamNonBlocking));
  for (Set& set : feed->sets_) {
    for (const int64_t size : nbytes) {
      ASSIGN_OR_RETURN(set.buffers.emplace_back(), feed->context_->Allocate(size, "input"));
    }
    ASSIGN_OR_RETURN(set.consumed, MakeEvent());
  }
  // The buffers are there for the other stream too.
  RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(feed->context_->stream()));
  return feed;
}

CudaFeed::~CudaFeed() {
  if (stream_ != nullptr) {
    static_cast<void>(cudaStreamSynchronize(stream_));
    static_cast<void>(cudaStreamDestroy(stream_));
  }
  for (const Set& set : sets_) {
    if (set.consumed != nullptr) static_cast<void>(cudaEventDestroy(set.consumed));
  }
  for (const Sent& sent : sent_) static_cast<void>(cudaEventDestroy(sent.arrived));
  for (const cudaEvent_t event : events_) static_cast<void>(cudaEventDestroy(event));
}

absl::StatusOr<cudaEvent_t> CudaFeed::TakeEvent() {
  if (events_.empty()) return MakeEvent();
  const cudaEvent_t event = events_.back();
  events_.pop_back();
  return event;
}

absl::Status CudaFeed::LetGoOfArrived() {
  while (!sent_.empty()) {
    const cudaEvent_t event = sent_.front().arrived;
    const cudaError_t state =
        sent_.size() < kMaxSent ? cudaEventQuery(event) : cudaEventSynchronize(event);
    if (state == cudaErrorNotReady) break;
    RETURN_IF_ERROR(ToStatus(state, "input"));
    events_.push_back(event);
    sent_.pop_front();
  }
  return absl::OkStatus();
}

absl::StatusOr<std::span<const Buffer>> CudaFeed::Send(std::span<const Tensor> batch) {
  RETURN_IF_ERROR(context_->MakeCurrent());
  RETURN_IF_ERROR(LetGoOfArrived());
  current_ = 1 - current_;
  Set& set = sets_[current_];
  CHECK(batch.size() == set.buffers.size());
  // An event that was never recorded is waited for by nobody.
  RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(stream_, set.consumed, 0));
  for (size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].nbytes() > set.buffers[i].nbytes) {
      return InvalidArgument("input {}: expected at most {} bytes, received {}", i,
                             set.buffers[i].nbytes, batch[i].nbytes());
    }
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(set.buffers[i].data, batch[i].bytes(),
                                         static_cast<size_t>(batch[i].nbytes()),
                                         cudaMemcpyHostToDevice, stream_));
  }
  ASSIGN_OR_RETURN(const cudaEvent_t arrived, TakeEvent());
  sent_.push_back({arrived, {batch.begin(), batch.end()}});
  RETURN_IF_CUDA_ERROR(cudaEventRecord(arrived, stream_));
  const absl::MutexLock lock(&context_->stream_mutex());
  RETURN_IF_CUDA_ERROR(cudaStreamWaitEvent(context_->stream(), arrived, 0));
  return set.buffers;
}

absl::Status CudaFeed::Consumed() {
  RETURN_IF_ERROR(context_->MakeCurrent());
  const absl::MutexLock lock(&context_->stream_mutex());
  return ToStatus(cudaEventRecord(sets_[current_].consumed, context_->stream()), "cudaEventRecord");
}

}  // namespace tricorn::backend::cuda
