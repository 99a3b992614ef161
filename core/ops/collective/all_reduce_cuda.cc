#include "core/backend/cuda/kernel/kernel.h"
#include "core/backend/cuda/runtime/cuda_error.h"
#include "core/backend/device_collectives.h"
#include "core/ops/collective/collective.h"

namespace tricorn::backend::cuda {
namespace {

bool AreOnDevice(const Collectives* collectives) {
  return dynamic_cast<const DeviceCollectives*>(collectives) != nullptr;
}

absl::Status ExpectOnDevice(const Collectives* collectives) {
  if (AreOnDevice(collectives)) return absl::OkStatus();
  return FailedPrecondition(
      "all-reduce on a GPU: expected collectives of a GPU, received the host's");
}

// What both have in common: without collectives they copy, with a GPU's they can be recorded.
class AllReduceKernel : public Kernel {
 public:
  explicit AllReduceKernel(int32_t bucket) : bucket_(bucket) {}

  bool can_be_captured_in(const RunContext& run) const override {
    return run.collectives == nullptr || AreOnDevice(run.collectives);
  }

 protected:
  int32_t bucket() const { return bucket_; }

 private:
  const int32_t bucket_;
};

class AllReduceStart : public AllReduceKernel {
 public:
  AllReduceStart(int32_t bucket, std::span<const ir::Type> operands, const ir::Type& result)
      : AllReduceKernel(bucket), operands_(operands.begin(), operands.end()), result_(result) {}

  absl::Status Enqueue(const KernelArgs& args) const override {
    std::byte* to = args.results[0];
    for (size_t i = 0; i < operands_.size(); ++i) {
      const auto nbytes = static_cast<size_t>(operands_[i].nbytes());
      RETURN_IF_CUDA_ERROR(
          cudaMemcpyAsync(to, args.operands[i], nbytes, cudaMemcpyDeviceToDevice, args.stream));
      to += nbytes;
    }
    if (args.context.collectives == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(ExpectOnDevice(args.context.collectives));
    return args.context.collectives->Start(bucket(), args.results[0], result_.num_elements(),
                                           result_.dtype);
  }

 private:
  const ir::Types operands_;
  const ir::Type result_;
};

class AllReduceDone : public AllReduceKernel {
 public:
  AllReduceDone(int32_t bucket, int64_t nbytes) : AllReduceKernel(bucket), nbytes_(nbytes) {}

  absl::Status Enqueue(const KernelArgs& args) const override {
    if (args.context.collectives == nullptr) {
      return ToStatus(
          cudaMemcpyAsync(args.results[0], args.operands[0], static_cast<size_t>(nbytes_),
                          cudaMemcpyDeviceToDevice, args.stream),
          "cudaMemcpyAsync");
    }
    RETURN_IF_ERROR(ExpectOnDevice(args.context.collectives));
    return args.context.collectives->Wait(bucket(), args.results[0]);
  }

 private:
  const int64_t nbytes_;
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
