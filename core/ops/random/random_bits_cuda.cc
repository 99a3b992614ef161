#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"
#include "core/ops/random/random.h"

namespace tricorn::backend::cuda {
namespace {

// A thread computes one counter's four words.
std::unique_ptr<Kernel> MakeRandomBits(const KernelRequest& request) {
  const int64_t count = request.results[0].num_elements();
  const std::string body = fmt::format(
      "const u64 counter = u64(blockIdx.x) * 256 + threadIdx.x;\n"
      "const Words words = Philox(x0[0], x0[1], counter);\n"
      "#pragma unroll\n"
      "for (int k = 0; k < 4; ++k) {{\n"
      "if (counter * 4 + k < {}ull) y0[counter * 4 + k] = words.w[k];\n}}\n",
      count);
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{{body, {.blocks = (count + 1023) / 1024}}});
}

}  // namespace

void RegisterRandomBitsCuda(KernelRegistry& registry) {
  registry.Add(ops::kRandomBits, MakeRandomBits);
}

}  // namespace tricorn::backend::cuda
