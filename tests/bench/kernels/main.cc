// tricorn-bench-kernels [cuda|cpu]: pieces of a training step that memory bounds, one by one.

#include <chrono>
#include <cstdio>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda_loader.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "tests/bench/kernels/fragments.h"

namespace tricorn::bench {
namespace {

using backend::Buffer;
using backend::Device;
using backend::Executable;

constexpr int kSets =
    3;  // of buffers, in turns: what one run leaves in the cache is not the next's
constexpr double kSeconds = 0.1;

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// A buffer of random numbers: small ones of floating types, else below 50,304.
absl::StatusOr<Buffer> RandomBuffer(Device& device, const ir::Type& type, uint32_t seed) {
  ir::Builder builder;
  const ir::Value key = builder.Constant(Tensor::From<uint32_t>({2}, {seed, 7}));
  const ir::Value u = ops::RandomUniform(key, {DType::kF32, type.shape}, 0, 1);
  const ir::Value x = IsFloating(type.dtype) ? u * 2 - 1 : u * 50304;
  ASSIGN_OR_RETURN(ir::Graph graph, builder.Finish({{"x", ops::Cast(x, type.dtype)}}));
  ASSIGN_OR_RETURN(const auto executable, device.Compile(std::move(graph), {}));
  ASSIGN_OR_RETURN(Buffer buffer, device.Allocate(type.nbytes()));
  RETURN_IF_ERROR(executable->Run({}, {{buffer}}, {}));
  return buffer;
}

struct Buffers {
  std::vector<Buffer> inputs, outputs;
};

absl::StatusOr<Buffers> MakeBuffers(Device& device, const Fragment& fragment,
                                    const ir::Graph& graph) {
  Buffers buffers;
  for (const ir::NamedValue& input : graph.inputs()) {
    const auto seed = static_cast<uint32_t>(buffers.inputs.size());
    ASSIGN_OR_RETURN(buffers.inputs.emplace_back(),
                     RandomBuffer(device, graph.type(input.value), seed));
  }
  for (const ir::NamedValue& output : graph.outputs()) {
    ASSIGN_OR_RETURN(buffers.outputs.emplace_back(),
                     device.Allocate(graph.type(output.value).nbytes()));
  }
  for (const auto& [input, output] : fragment.donations) {
    buffers.outputs[static_cast<size_t>(output)] = buffers.inputs[static_cast<size_t>(input)];
  }
  return buffers;
}

absl::Status Wait(Device& device, const Buffer& buffer) {
  Tensor byte = Tensor::Uninitialized(DType::kU8, {1});
  return device.Download({buffer.data, 1, buffer.owner}, byte);
}

absl::StatusOr<double> Seconds(Device& device, const Fragment& fragment) {
  ASSIGN_OR_RETURN(const std::unique_ptr<Executable> executable,
                   device.Compile(fragment.graph, {.donations = fragment.donations}));
  std::vector<Buffers> sets;
  for (int i = 0; i < kSets; ++i) {
    ASSIGN_OR_RETURN(sets.emplace_back(), MakeBuffers(device, fragment, executable->graph()));
  }
  size_t next = 0;
  const auto run = [&](int times) -> absl::StatusOr<double> {
    const double start = Now();
    for (int i = 0; i < times; ++i) {
      const Buffers& set = sets[next++ % kSets];
      RETURN_IF_ERROR(executable->Run(set.inputs, set.outputs, {}));
    }
    RETURN_IF_ERROR(Wait(device, sets[0].outputs[0]));
    return Now() - start;
  };
  RETURN_IF_ERROR(run(4 * kSets).status());
  ASSIGN_OR_RETURN(const double few, run(kSets));
  const int times = std::max(static_cast<int>(kSeconds / few), 1) * kSets;
  ASSIGN_OR_RETURN(const double many, run(times));
  return many / times;
}

absl::StatusOr<std::unique_ptr<Device>> MakeDevice(std::string_view name) {
  if (name == "cpu") return std::make_unique<backend::cpu::CpuDevice>();
  if (name == "cuda") return backend::LoadCudaDevice(0);
  return InvalidArgument("expected cuda or cpu, received {}", name);
}

int Run(std::string_view name) {
  auto device = MakeDevice(name);
  if (!device.ok()) {
    std::fprintf(stderr, "%s\n", std::string(device.status().message()).c_str());
    return 1;
  }
  std::printf("%-46s %9s %9s %9s\n", "", "MB", "us", "GB/s");
  for (const Fragment& fragment : Fragments()) {
    const absl::StatusOr<double> seconds = Seconds(**device, fragment);
    if (!seconds.ok()) {
      std::printf("%-46s %s\n", fragment.name.c_str(),
                  std::string(seconds.status().message()).c_str());
      continue;
    }
    const auto nbytes = static_cast<double>(fragment.nbytes());
    std::printf("%-46s %9.1f %9.1f %9.0f\n", fragment.name.c_str(), nbytes / 1e6, *seconds * 1e6,
                nbytes / *seconds / 1e9);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace tricorn::bench

int main(int argc, char** argv) { return tricorn::bench::Run(argc > 1 ? argv[1] : "cuda"); }
