#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// One step of a scan with its gradients, in a graph of its own: the body's nodes, then those of the
// backward step. Says which values the backward step takes from the forward step.
class StepGradient {
 public:
  // `with_dy`: the outputs of the body whose gradients are given; `wanted`: the inputs whose
  // gradients are asked for. The first `num_carries` inputs and outputs are the carries.
  StepGradient(const ir::Graph& body, size_t num_carries, size_t num_xs,
               const std::vector<bool>& with_dy, const std::vector<bool>& wanted);

  ir::Builder& builder() { return both_; }
  const ir::Value& input(size_t i) const { return inputs_[i]; }
  // By output of the body; none without a gradient.
  const ir::Values& dy() const { return dy_; }
  // By input of the body; none where not wanted.
  const ir::Values& gradients() const { return gradients_; }

  // Decides what is saved, for a backward step that gives `roots`.
  void Cut(const std::vector<ir::Value>& roots);
  // Values of the forward step that the backward step takes; inputs that are carries among them.
  const ir::Values& saved() const { return saved_; }
  // Whether the value differs from step to step.
  bool IsPerStep(const ir::Value& value) const { return per_step_[Index(value)]; }
  // Whether the step uses input `i` of the body anew.
  bool ReadsInput(size_t i) const { return needed_[Index(inputs_[i])]; }

  // The body with the saved values as further outputs.
  absl::StatusOr<ir::Graph> WidenedBody() const;
  // Appends the backward step to `region`. `values` has by value of builder()'s graph what stands
  // for it: to be filled in for saved values, inputs and dy; afterwards it has the others too.
  void Emit(ir::Builder& region, ir::Values& values) const;

 private:
  static size_t Index(const ir::Value& value) { return static_cast<size_t>(value.id()); }
  void MarkPerStep();
  bool IsRecomputed(size_t node) const;

  const ir::Graph& body_;
  const size_t num_carries_;
  const size_t num_xs_;
  ir::Builder both_;
  ir::Values inputs_;
  ir::Values outputs_;
  ir::Values dy_;
  ir::Values gradients_;
  size_t forward_end_ = 0;      // the first node of the backward step
  std::vector<bool> per_step_;  // by value
  std::vector<bool> needed_;    // by value: read by the backward step
  std::vector<bool> emitted_;   // by node: part of the backward step
  ir::Values saved_;
};

}  // namespace tricorn::transform
