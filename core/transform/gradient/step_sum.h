#pragma once

#include <vector>

#include "absl/functional/function_ref.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

// The gradient of a loop's invariant: the sum over the steps of what each step gives.
//
// A part that is a matrix product, as a weight's is, or a transpose or reshape of one, becomes one
// product after the loop: its factors are stacked, and the axis of the steps is contracted as well.
// That replaces reading and writing a sum of the weight's size in every step. Other parts are added
// up in carries.
class StepSum {
 public:
  // `gradient` is what one step gives, of the graph of `step`.
  StepSum(const ir::Builder& step, const ir::Value& gradient,
          absl::FunctionRef<bool(const ir::Value&)> is_per_step);

  // Values of the step: to be added up in carries, and to be stacked.
  const ir::Values& carried() const { return carried_; }
  ir::Values stacked() const;

  // The sum: `carries` has the carried ones added up, `sequence_of` gives the stacked ones. `like`
  // has its type.
  ir::Value Total(const ir::Value& like, ir::Operands carries,
                  absl::FunctionRef<ir::Value(const ir::Value&)> sequence_of) const;

 private:
  struct Product {
    ir::Value a;
    ir::Value b;
    ir::Attrs dot;
    std::vector<const ir::Node*> moves;  // transposes and reshapes of it, the outermost first
  };
  void Split(const ir::Builder& step, const ir::Value& gradient,
             absl::FunctionRef<bool(const ir::Value&)> is_per_step,
             std::vector<const ir::Node*> moves);

  ir::Values carried_;
  std::vector<Product> products_;
};

}  // namespace tricorn::transform
