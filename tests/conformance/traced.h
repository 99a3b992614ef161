#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/backend/device.h"
#include "core/ir/builder.h"

namespace tricorn::conformance {

// A graph in the making, with the values of its inputs.
class Traced {
 public:
  ir::Builder& builder() { return builder_; }

  ir::Value Input(std::string name, Tensor value);
  // The value of an input that somebody else added to the builder.
  void Bind(ir::Value input, Tensor value) { bound_.emplace_back(input.id(), std::move(value)); }
  // A value to compute, by a name that Evaluate's caller knows.
  void Output(std::string name, ir::Value value) { outputs_.emplace_back(std::move(name), value); }

  // The outputs in order. The builder is spent afterwards.
  absl::StatusOr<std::vector<Tensor>> Evaluate(backend::Device& device);

 private:
  ir::Builder builder_;
  std::vector<std::pair<ir::ValueId, Tensor>> bound_;
  std::vector<std::pair<std::string, ir::Value>> outputs_;
};

}  // namespace tricorn::conformance
