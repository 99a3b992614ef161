#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/loops/adam_loop.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/optimizer/adam.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kElementsPerThread = 8192;

class AdamKernel : public Kernel {
 public:
  AdamKernel(const ops::AdamAttrs& attrs, int64_t count, int num_threads)
      : keep_1_(static_cast<float>(1 - attrs.beta_1)),
        keep_2_(static_cast<float>(1 - attrs.beta_2)),
        epsilon_(static_cast<float>(attrs.epsilon)),
        count_(count),
        num_threads_(num_threads),
        update_(FindAdamLoop()) {}

  bool may_overwrite(size_t operand) const override { return operand < 4; }

  absl::Status Run(const KernelArgs& args) const override {
    const AdamArrays arrays{.variable = args.operand<float>(0),
                            .gradient = args.operand<float>(1),
                            .momentum = args.operand<float>(2),
                            .velocity = args.operand<float>(3),
                            .new_variable = args.result<float>(0),
                            .new_momentum = args.result<float>(1),
                            .new_velocity = args.result<float>(2)};
    const AdamScalars scalars{
        .rate = *args.operand<float>(4), .keep_1 = keep_1_, .keep_2 = keep_2_, .epsilon = epsilon_};
    ParallelFor(num_threads_, count_, kElementsPerThread,
                [&](int64_t begin, int64_t end) { update_(arrays, scalars, begin, end); });
    return absl::OkStatus();
  }

 private:
  const float keep_1_;
  const float keep_2_;
  const float epsilon_;
  const int64_t count_;
  const int num_threads_;
  const AdamLoop update_;
};

std::unique_ptr<Kernel> MakeAdam(const KernelRequest& request) {
  const ir::Type& variable = request.operands[0];
  if (variable.dtype != DType::kF32) return nullptr;
  return std::make_unique<AdamKernel>(request.attrs.As<ops::AdamAttrs>(), variable.num_elements(),
                                      request.num_threads);
}

}  // namespace

void RegisterAdamCpu(KernelRegistry& registry) { registry.Add(ops::kAdam, MakeAdam); }

}  // namespace tricorn::backend::cpu
