#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/ir/builder.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/training/device_state.h"

namespace tricorn::keras {

// A function of variables and arguments, compiled for a device: reads variables from a DeviceState
// and, unless it is pure, leaves what it assigned there.
class Function {
 public:
  using Outputs = std::vector<std::pair<std::string, ir::Value>>;
  // Appends the function's nodes, given its arguments; its results.
  using Body = std::function<absl::StatusOr<Outputs>(CallContext& context, ir::Operands arguments)>;

  struct Options {
    bool training = false;
    int num_threads = 1;
    // The rewrite that the traced graph gets before it is compiled; none when empty.
    std::function<absl::StatusOr<ir::Graph>(ir::Graph)> pass = nullptr;
    // Assigned variables become results, after the body's own, instead of being updated: for calls
    // that run side by side.
    bool pure = false;
    // Variables whose assigned values nobody wants afterwards; none when empty.
    std::function<bool(const Variable&)> forgets = nullptr;
    // Variables change only before StateChanged, so that what they alone decide is kept.
    bool keeps_state = false;
  };

  static absl::StatusOr<std::unique_ptr<Function>> Compile(
      backend::Device& device, const std::vector<std::pair<std::string, ir::Type>>& arguments,
      const Body& body, const Options& options);

  // One buffer a result, in the body's order. Safe from several threads at once when pure.
  absl::Status Run(DeviceState& state, std::span<const backend::Buffer> arguments,
                   std::span<const backend::Buffer> results,
                   const backend::RunContext& run_context) const;

  // Copies to the device what Run reads and is not there yet, so that several can run side by side.
  absl::Status PrepareState(DeviceState& state) const;

  void StateChanged() { executable_->InputsChanged(); }

  const std::vector<std::pair<std::string, ir::Type>>& results() const { return results_; }
  // What a pure function assigned, as its last results; otherwise what Run updates.
  const std::vector<const Variable*>& assigned() const { return assigned_; }
  const backend::Executable& executable() const { return *executable_; }

 private:
  Function() = default;

  // A graph input or output: a variable, or argument or result `index`.
  struct Port {
    const Variable* variable = nullptr;
    size_t index = 0;
  };

  std::unique_ptr<backend::Executable> executable_;
  std::vector<Port> inputs_;
  std::vector<Port> outputs_;
  std::vector<std::pair<std::string, ir::Type>> results_;
  std::vector<const Variable*> assigned_;
};

}  // namespace tricorn::keras
