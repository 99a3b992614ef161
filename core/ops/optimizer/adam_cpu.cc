#include "core/ops/optimizer/adam.h"

#include <cmath>

#include "core/backend/cpu/kernel.h"
#include "core/backend/cpu/no_dependence.h"
#include "core/backend/cpu/parallel.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kElementsPerThread = 8192;

// One pass for the whole update, in the decomposition's order of operations: the same bits.
template <typename T>
class AdamKernel : public Kernel {
 public:
  AdamKernel(const ops::AdamAttrs& attrs, int64_t count, int num_threads)
      : keep_1_(static_cast<T>(1 - attrs.beta_1)),
        keep_2_(static_cast<T>(1 - attrs.beta_2)),
        epsilon_(static_cast<T>(attrs.epsilon)),
        count_(count),
        num_threads_(num_threads) {}

  bool may_overwrite(size_t operand) const override { return operand < 4; }

  absl::Status Run(const KernelArgs& args) const override {
    ParallelFor(num_threads_, count_, kElementsPerThread,
                [&](int64_t begin, int64_t end) { Update(args, begin, end); });
    return absl::OkStatus();
  }

 private:
  void Update(const KernelArgs& args, int64_t begin, int64_t end) const {
    const T* variable = args.operand<T>(0);
    const T* gradient = args.operand<T>(1);
    const T* momentum = args.operand<T>(2);
    const T* velocity = args.operand<T>(3);
    const T rate = *args.operand<T>(4);
    T* new_variable = args.result<T>(0);
    T* new_momentum = args.result<T>(1);
    T* new_velocity = args.result<T>(2);
    const T keep_1 = keep_1_, keep_2 = keep_2_, epsilon = epsilon_;
    TRICORN_NO_DEPENDENCE
    for (int64_t i = begin; i < end; ++i) {
      const T g = gradient[i];
      const T old_variable = variable[i];
      const T m = momentum[i] + (g - momentum[i]) * keep_1;
      const T v = velocity[i] + (g * g - velocity[i]) * keep_2;
      new_momentum[i] = m;
      new_velocity[i] = v;
      new_variable[i] = old_variable - m * rate / (std::sqrt(v) + epsilon);
    }
  }

  const T keep_1_;
  const T keep_2_;
  const T epsilon_;
  const int64_t count_;
  const int num_threads_;
};

std::unique_ptr<Kernel> MakeAdam(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::AdamAttrs>();
  const ir::Type& variable = request.operands[0];
  if (variable.dtype == DType::kF32) {
    return std::make_unique<AdamKernel<float>>(attrs, variable.num_elements(), request.num_threads);
  }
  return nullptr;
}

}  // namespace

void RegisterAdamCpu(KernelRegistry& registry) { registry.Add(ops::kAdam, MakeAdam); }

}  // namespace tricorn::backend::cpu
