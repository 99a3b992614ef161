#include <gtest/gtest.h>

#include <filesystem>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda/builtin_kernels.h"
#include "core/backend/cuda/program/program_compiler.h"
#include "core/base/status.h"
#include "core/ops/fft/fft.h"
#include "tests/conformance/runners.h"

// What needs a GPU to compute needs none to be planned: the CUDA backend has a kernel for every
// node of what it makes of every case.

namespace tricorn::conformance {
namespace {

// Runs on the CPU what it has planned for a GPU.
class PlanningDevice : public backend::cpu::CpuDevice {
 public:
  absl::StatusOr<std::unique_ptr<backend::Executable>> Compile(
      ir::Graph graph, const backend::CompileOptions& options) override {
    const absl::Status planned = Plan(graph);
    if (!planned.ok()) refused_.push_back(planned);
    return CpuDevice::Compile(std::move(graph), options);
  }
  std::vector<absl::Status> TakeRefused() { return std::exchange(refused_, {}); }

 private:
  absl::Status Plan(ir::Graph graph) {
    backend::cuda::SourceModule module;
    ASSIGN_OR_RETURN(graph, backend::cuda::RunPasses(registry_, {}, libraries_, std::move(graph)));
    for (const ir::Node& node : graph.nodes()) {
      // cuFFT, which makes plans for a device alone, need not be here.
      if (node.op == &ops::kFft) return absl::OkStatus();
    }
    return backend::cuda::MakeKernels(registry_, {}, libraries_, module, graph).status();
  }

  const backend::cuda::KernelRegistry registry_ = backend::cuda::BuiltinKernels();
  backend::cuda::Libraries libraries_;
  std::vector<absl::Status> refused_;
};

TEST(CudaPlans, HaveAKernelForEveryNodeOfEveryCase) {
  const std::string root = TRICORN_CONFORMANCE;
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no conformance data at " << root;
  PlanningDevice device;
  int num_cases = 0;
  for (const auto& family : std::filesystem::directory_iterator(root)) {
    if (!family.is_directory()) continue;
    for (const auto& one : std::filesystem::directory_iterator(family)) {
      const std::string name =
          family.path().filename().string() + "/" + one.path().filename().string();
      const auto test = Case::Read(Env::Posix(), one.path(), name);
      if (!test.ok()) continue;
      const auto runner = Runners().find(test->kind());
      if (runner == Runners().end()) continue;
      // Whether it passes is for tricorn-conformance to say.
      static_cast<void>(runner->second(*test, device));
      for (const absl::Status& refused : device.TakeRefused())
        ADD_FAILURE() << name << ": " << refused;
      ++num_cases;
    }
  }
  EXPECT_GT(num_cases, 1000);
}

}  // namespace
}  // namespace tricorn::conformance
