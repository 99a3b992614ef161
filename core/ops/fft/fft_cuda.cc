#include <utility>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/libraries/fft_plan.h"
#include "core/ops/fft/fft.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kAlign = 256;  // of cuFFT's workspace
constexpr int kThreads = 256;

// Pairs in the workspace, transformed there, taken apart again. Half precision computes in float32.
class FftKernel : public Kernel {
 public:
  FftKernel(const KernelRequest& request, std::unique_ptr<FftPlan> plan)
      : plan_(std::move(plan)),
        inverse_(request.attrs.As<ops::FftAttrs>().inverse),
        pairs_nbytes_(PairsNbytes(request.operands[0])),
        pack_(request,
              {Stage(request, "pairs[i].re = Widen(x0[i]);\npairs[i].im = Widen(x1[i]);\n")}),
        unpack_(request, {Stage(request, fmt::format("y0[i] = Narrow<{0}>::Of(pairs[i].re);\n"
                                                     "y1[i] = Narrow<{0}>::Of(pairs[i].im);\n",
                                                     TypeName(request.results[0].dtype)))}) {}

  int64_t workspace_nbytes() const override { return pairs_nbytes_ + plan_->workspace_nbytes(); }

  absl::Status Enqueue(const KernelArgs& args) const override {
    RETURN_IF_ERROR(pack_.Enqueue(args));
    RETURN_IF_ERROR(
        plan_->Enqueue(args.workspace, args.workspace + pairs_nbytes_, inverse_, args.stream));
    return unpack_.Enqueue(args);
  }

 private:
  static int64_t PairsNbytes(const ir::Type& type) {
    const int64_t wide = type.dtype == DType::kF64 ? 8 : 4;
    return (2 * wide * type.num_elements() + kAlign - 1) / kAlign * kAlign;
  }

  static GeneratedKernel::Stage Stage(const KernelRequest& request, const std::string& statements) {
    const int64_t count = request.operands[0].num_elements();
    return {fmt::format("struct Pair {{ {0} re, im; }};\nPair* const pairs = (Pair*)workspace;\n"
                        "const long long i = (long long)blockIdx.x * {1} + threadIdx.x;\n"
                        "if (i >= {2}) return;\n{3}",
                        WideName(request.operands[0].dtype), kThreads, count, statements),
            {.blocks = (count + kThreads - 1) / kThreads, .threads = kThreads}};
  }

  const std::unique_ptr<FftPlan> plan_;
  const bool inverse_;
  const int64_t pairs_nbytes_;
  const GeneratedKernel pack_;
  const GeneratedKernel unpack_;
};

std::unique_ptr<Kernel> MakeFft(const KernelRequest& request) {
  const ir::Type& type = request.operands[0];
  const int64_t length = type.shape[type.rank() - 1];
  if (type.num_elements() == 0) {
    return std::make_unique<GeneratedKernel>(request, std::vector<GeneratedKernel::Stage>{});
  }
  const DType wide = type.dtype == DType::kF64 ? DType::kF64 : DType::kF32;
  auto plan = FftPlan::Create(wide, type.num_elements() / length, length);
  if (!plan.ok()) return nullptr;  // no cuFFT, or no GPU
  return std::make_unique<FftKernel>(request, *std::move(plan));
}

}  // namespace

void RegisterFftCuda(KernelRegistry& registry) { registry.Add(ops::kFft, MakeFft); }

}  // namespace tricorn::backend::cuda
