#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/buffer.h"
#include "core/backend/collectives.h"
#include "core/backend/feed.h"
#include "core/ir/graph.h"
#include "core/tensor/tensor.h"

namespace tricorn::backend {

struct CompileOptions {
  // (input, output) that share a buffer, so that state is updated in place.
  std::vector<std::pair<int32_t, int32_t>> donations;
  // Inputs whose bytes seldom change: what they alone decide may be computed once and kept, until
  // Executable::InputsChanged.
  std::vector<int32_t> constant_inputs = {};
  // Threads a CPU executable computes with. The bits of a result may depend on it.
  int num_threads = 1;
};

// What one run may use besides its buffers.
struct RunContext {
  Collectives* collectives = nullptr;  // required by graphs with collective nodes
  // Where a run adds the nanoseconds of each node of Executable::graph(), when it has that length.
  std::span<int64_t> node_ns = {};
};

// A graph compiled for a device. Run is safe from several threads at once; each call has an arena
// of its own, kept for the next.
class Executable {
 public:
  virtual ~Executable() = default;
  // One buffer an input and an output, in the graph's order, of the types' sizes. Donated outputs
  // must be passed the input's buffer. Returns when the outputs are computed (CPU) or enqueued
  // (GPU).
  virtual absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                           const RunContext& context) const = 0;
  // Tells that the bytes of constant inputs have changed since the last run.
  virtual void InputsChanged() {}
  // The compiled graph, after all passes.
  virtual const ir::Graph& graph() const = 0;
  virtual int64_t arena_nbytes() const = 0;
};

// A device's memory as this process uses it, in bytes.
struct MemoryUse {
  int64_t allocated = 0;       // in buffers and arenas
  int64_t peak_allocated = 0;  // the most that was, since ResetPeakMemory
  int64_t process = 0;  // all that the driver counts for this process; 0 where it cannot tell
  int64_t free = 0;
  int64_t total = 0;
};

// Where graphs run: "reference" (plain float64 loops, the oracle), "cpu", "cuda".
class Device {
 public:
  virtual ~Device() = default;
  virtual std::string_view platform() const = 0;
  virtual absl::StatusOr<Buffer> Allocate(int64_t nbytes) = 0;
  virtual absl::Status Upload(const Tensor& from, const Buffer& to) = 0;
  virtual absl::Status Download(const Buffer& from, Tensor& to) = 0;
  // A tensor, its contents unset, in memory of the host that the device copies from at full speed
  // and by itself. Safe from several threads.
  virtual absl::StatusOr<Tensor> AllocateHost(DType dtype, Shape shape);
  // A way for batches of tensors of these sizes.
  virtual absl::StatusOr<std::unique_ptr<Feed>> MakeFeed(std::span<const int64_t> nbytes);
  // Returns when everything that was enqueued is done. Errors: what failed on the device meanwhile.
  virtual absl::Status Synchronize() { return absl::OkStatus(); }
  // Errors: Unimplemented where buffers are host memory.
  virtual absl::StatusOr<MemoryUse> Memory();
  virtual absl::Status ResetPeakMemory() { return absl::OkStatus(); }
  // Passes, plan and kernels for `graph`.
  virtual absl::StatusOr<std::unique_ptr<Executable>> Compile(ir::Graph graph,
                                                              const CompileOptions& options) = 0;

  // Compiles and runs `graph` once on host tensors, in the order of its inputs and outputs.
  absl::StatusOr<std::vector<Tensor>> Evaluate(const ir::Graph& graph,
                                               std::span<const Tensor> inputs,
                                               const CompileOptions& options = {});
};

}  // namespace tricorn::backend
