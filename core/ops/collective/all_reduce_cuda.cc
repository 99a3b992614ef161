#include <vector>

#include "core/backend/cuda/cuda_error.h"
#include "core/backend/cuda/kernel.h"
#include "core/ops/collective/collective.h"

// Gradient exchange through communicators that read and write host memory: a bucket is copied out,
// summed there, copied back. These kernels wait for the stream.

namespace tricorn::backend::cuda {
namespace {

// Host bytes of a bucket. Runs of one executable follow each other, so a kernel has one.
using Staging = std::vector<std::byte>;

class AllReduceStart : public Kernel {
 public:
  AllReduceStart(int32_t bucket, std::span<const ir::Type> operands, const ir::Type& result)
      : bucket_(bucket),
        operands_(operands.begin(), operands.end()),
        result_(result),
        staging_(static_cast<size_t>(result.nbytes())) {}

  bool can_be_captured() const override { return false; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* to = args.results[0];
    for (size_t i = 0; i < operands_.size(); ++i) {
      const auto nbytes = static_cast<size_t>(operands_[i].nbytes());
      RETURN_IF_CUDA_ERROR(
          cudaMemcpyAsync(to, args.operands[i], nbytes, cudaMemcpyDeviceToDevice, args.stream));
      to += nbytes;
    }
    if (args.context.collectives == nullptr) return absl::OkStatus();
    RETURN_IF_CUDA_ERROR(cudaMemcpyAsync(staging_.data(), args.results[0], staging_.size(),
                                         cudaMemcpyDeviceToHost, args.stream));
    RETURN_IF_CUDA_ERROR(cudaStreamSynchronize(args.stream));
    return args.context.collectives->Start(bucket_, staging_.data(), result_.num_elements(),
                                           result_.dtype);
  }

 private:
  const int32_t bucket_;
  const ir::Types operands_;
  const ir::Type result_;
  mutable Staging staging_;
};

class AllReduceDone : public Kernel {
 public:
  AllReduceDone(int32_t bucket, int64_t nbytes)
      : bucket_(bucket), staging_(static_cast<size_t>(nbytes)) {}

  bool can_be_captured() const override { return false; }

  absl::Status Enqueue(const KernelArgs& args) const override {
    if (args.context.collectives == nullptr) {
      return ToStatus(cudaMemcpyAsync(args.results[0], args.operands[0], staging_.size(),
                                      cudaMemcpyDeviceToDevice, args.stream),
                      "cudaMemcpyAsync");
    }
    RETURN_IF_ERROR(args.context.collectives->Wait(bucket_, staging_.data()));
    // From pageable memory: returns when the bytes are staged.
    return ToStatus(cudaMemcpyAsync(args.results[0], staging_.data(), staging_.size(),
                                    cudaMemcpyHostToDevice, args.stream),
                    "cudaMemcpyAsync");
  }

 private:
  const int32_t bucket_;
  mutable Staging staging_;
};

}  // namespace

void RegisterAllReduceCuda(KernelRegistry& registry) {
  registry.Add(ops::kAllReduceStart, [](const KernelRequest& r) {
    return std::make_unique<AllReduceStart>(r.attrs.As<ops::BucketAttrs>().bucket, r.operands,
                                            r.results[0]);
  });
  registry.Add(ops::kAllReduceDone, [](const KernelRequest& r) {
    return std::make_unique<AllReduceDone>(r.attrs.As<ops::BucketAttrs>().bucket,
                                           r.results[0].nbytes());
  });
}

}  // namespace tricorn::backend::cuda
