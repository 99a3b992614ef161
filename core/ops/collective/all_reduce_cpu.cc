#include <cstring>

#include "core/backend/cpu/kernel/kernel.h"
#include "core/ops/collective/collective.h"

namespace tricorn::backend::cpu {
namespace {

class AllReduceStart : public Kernel {
 public:
  AllReduceStart(int32_t bucket, std::span<const ir::Type> operands, const ir::Type& result)
      : bucket_(bucket), operands_(operands.begin(), operands.end()), result_(result) {}

  absl::Status Run(const KernelArgs& args) const override {
    std::byte* to = args.results[0];
    for (size_t i = 0; i < operands_.size(); ++i) {
      const auto nbytes = static_cast<size_t>(operands_[i].nbytes());
      std::memcpy(to, args.operands[i], nbytes);
      to += nbytes;
    }
    if (args.context.collectives == nullptr) return absl::OkStatus();
    return args.context.collectives->Start(bucket_, args.results[0], result_.num_elements(),
                                           result_.dtype);
  }

 private:
  const int32_t bucket_;
  const ir::Types operands_;
  const ir::Type result_;
};

class AllReduceDone : public Kernel {
 public:
  AllReduceDone(int32_t bucket, int64_t nbytes) : bucket_(bucket), nbytes_(nbytes) {}

  absl::Status Run(const KernelArgs& args) const override {
    if (args.context.collectives == nullptr) {
      std::memcpy(args.results[0], args.operands[0], static_cast<size_t>(nbytes_));
      return absl::OkStatus();
    }
    return args.context.collectives->Wait(bucket_, args.results[0]);
  }

 private:
  const int32_t bucket_;
  const int64_t nbytes_;
};

}  // namespace

void RegisterAllReduceCpu(KernelRegistry& registry) {
  registry.Add(ops::kAllReduceStart, [](const KernelRequest& r) {
    return std::make_unique<AllReduceStart>(r.attrs.As<ops::BucketAttrs>().bucket, r.operands,
                                            r.results[0]);
  });
  registry.Add(ops::kAllReduceDone, [](const KernelRequest& r) {
    return std::make_unique<AllReduceDone>(r.attrs.As<ops::BucketAttrs>().bucket,
                                           r.results[0].nbytes());
  });
}

}  // namespace tricorn::backend::cpu
