#include "core/transform/gradient/scan_gradient.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "core/base/status.h"
#include "core/ops/control/control.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/transform/gradient/step_gradient.h"
#include "core/transform/gradient/step_sum.h"

namespace tricorn::transform {
namespace {

using ir::Builder;
using ir::Grads;
using ir::Node;
using ir::Operands;
using ir::Value;
using ir::Values;

// The backward scan of one forward scan.
class BackwardScan {
 public:
  explicit BackwardScan(const ControlFlowNode& at)
      : at_(at),
        builder_(at.builder),
        node_(at.builder.graph().nodes()[at.index]),
        attrs_(node_.attrs.As<ops::ScanAttrs>()),
        num_carries_(static_cast<size_t>(attrs_.num_carries)),
        num_sliced_(num_carries_ + static_cast<size_t>(attrs_.num_xs)),
        step_(*node_.regions[0], num_carries_, num_sliced_ - num_carries_, GivenGradients(),
              WantedGradients()) {
    for (const ir::ValueId id : node_.operands) operands_.emplace_back(&builder_, id);
  }

  Grads Run() {
    if (!CheckStep(step_.builder().status())) return {};
    for (size_t i = num_sliced_; i < operands_.size(); ++i) {
      if (step_.gradients()[i]) {
        sums_.push_back({i, StepSum(step_.builder(), step_.gradients()[i],
                                    [&](const Value& v) { return step_.IsPerStep(v); })});
      }
    }
    Cut();
    if (!Widen()) return {};
    Loop();
    return builder_.ok() ? Collect() : Grads();
  }

 private:
  bool CheckStep(const absl::Status& status) {
    builder_.SetError(status);
    return builder_.ok();
  }
  bool IsCarryWithGradient(size_t i) const {
    return IsFloating(builder_.graph().type(node_.operands[i]).dtype);
  }
  std::vector<bool> GivenGradients() const {
    std::vector<bool> given;
    for (size_t i = 0; i < node_.results.size(); ++i) {
      given.push_back(i < num_carries_ ? IsCarryWithGradient(i)
                                       : i < at_.dy.size() && static_cast<bool>(at_.dy[i]));
    }
    return given;
  }
  std::vector<bool> WantedGradients() const {
    std::vector<bool> wanted = at_.wanted;
    for (size_t i = 0; i < num_carries_; ++i) wanted[i] = IsCarryWithGradient(i);
    return wanted;
  }

  // The backward step gives gradients of carries and slices, the parts of sums that are carried
  // along, and what is stacked for those that come after the loop.
  void Cut() {
    Values roots;
    for (size_t i = 0; i < num_sliced_; ++i) {
      if (step_.gradients()[i]) roots.push_back(step_.gradients()[i]);
    }
    for (const auto& [input, sum] : sums_) {
      roots.insert(roots.end(), sum.carried().begin(), sum.carried().end());
      for (const Value& factor : sum.stacked()) roots.push_back(factor);
    }
    step_.Cut(roots);
  }

  // The forward scan gives what it saves; false after an error.
  bool Widen() {
    absl::StatusOr<ir::Graph> body = step_.WidenedBody();
    if (!CheckStep(body.status())) return false;
    const Values added =
        builder_.Widen(at_.index, attrs_, {std::make_shared<const ir::Graph>(*std::move(body))});
    if (!builder_.ok()) return false;
    for (size_t i = 0; i < added.size(); ++i) sequence_of_[step_.saved()[i].id()] = added[i];
    return true;
  }

  void Loop() {
    Values init, xs;
    std::vector<ir::ValueId> sliced;  // what the slices of xs stand for in the step
    for (size_t i = 0; i < num_carries_; ++i) {
      if (!IsCarryWithGradient(i)) continue;
      init.push_back(at_.dy[i] ? at_.dy[i] : ops::ZerosLike(operands_[i]));
    }
    for (const auto& [input, sum] : sums_) {
      for (size_t k = 0; k < sum.carried().size(); ++k) {
        init.push_back(ops::Full(builder_, sum.carried()[k].type(), 0));
      }
    }
    const auto add_slices = [&](ir::ValueId of, const Value& sequence) {
      sliced.push_back(of);
      xs.push_back(sequence);
    };
    for (size_t i = num_carries_; i < at_.dy.size(); ++i) {
      if (!at_.dy[i]) continue;
      add_slices(step_.dy()[i].id(), at_.dy[i]);
      sequence_of_[step_.dy()[i].id()] = at_.dy[i];
    }
    for (const Value& saved : step_.saved()) {
      add_slices(saved.id(), sequence_of_.at(saved.id()));
    }
    for (size_t i = num_carries_; i < num_sliced_; ++i) {
      const ir::ValueId input = step_.input(i).id();
      sequence_of_[input] = operands_[i];
      if (step_.ReadsInput(i)) add_slices(input, operands_[i]);
    }
    const ops::ScanStep results = ops::Scan(
        builder_, init, xs, attrs_.length,
        [&](Builder& region, Operands carries, Operands slices) {
          return Step(region, carries, slices, sliced);
        },
        !attrs_.reverse);
    last_ = results.carries;
    for (size_t i = 0; i < given_.size() && builder_.ok(); ++i) {
      sequence_of_[given_[i]] = results.ys[i];
    }
  }

  ops::ScanStep Step(Builder& region, Operands carries, Operands slices,
                     const std::vector<ir::ValueId>& sliced) {
    Values values(step_.builder().graph().values().size());
    const auto at = [&](ir::ValueId id) -> Value& { return values[static_cast<size_t>(id)]; };
    for (size_t i = num_sliced_; i < operands_.size(); ++i) at(step_.input(i).id()) = operands_[i];
    for (size_t i = 0; i < sliced.size(); ++i) at(sliced[i]) = slices[i];
    size_t carry = 0;
    for (size_t i = 0; i < num_carries_; ++i) {
      if (IsCarryWithGradient(i)) at(step_.dy()[i].id()) = carries[carry++];
    }
    step_.Emit(region, values);
    ops::ScanStep step;
    for (size_t i = 0; i < num_carries_; ++i) {
      if (IsCarryWithGradient(i)) step.carries.push_back(at(step_.gradients()[i].id()));
    }
    for (const auto& [input, sum] : sums_) {
      for (const Value& part : sum.carried()) {
        step.carries.push_back(ops::Add(carries[carry++], at(part.id())));
      }
    }
    const auto give = [&](const Value& value) {
      if (sequence_of_.contains(value.id()) ||
          std::find(given_.begin(), given_.end(), value.id()) != given_.end()) {
        return;
      }
      given_.push_back(value.id());
      step.ys.push_back(at(value.id()));
    };
    for (size_t i = num_carries_; i < num_sliced_; ++i) {
      if (step_.gradients()[i]) give(step_.gradients()[i]);
    }
    for (const auto& [input, sum] : sums_) {
      for (const Value& factor : sum.stacked()) give(factor);
    }
    return step;
  }

  Grads Collect() {
    Grads grads(operands_.size());
    size_t carry = 0;
    for (size_t i = 0; i < num_carries_; ++i) {
      if (IsCarryWithGradient(i)) grads[i] = last_[carry++];
    }
    for (size_t i = num_carries_; i < num_sliced_; ++i) {
      if (step_.gradients()[i]) grads[i] = sequence_of_.at(step_.gradients()[i].id());
    }
    for (const auto& [input, sum] : sums_) {
      const size_t count = sum.carried().size();
      grads[input] = sum.Total(operands_[input], Operands(last_).subspan(carry, count),
                               [&](const Value& value) { return sequence_of_.at(value.id()); });
      carry += count;
    }
    for (size_t i = 0; i < grads.size(); ++i) {
      if (!at_.wanted[i]) grads[i] = Value();
    }
    return grads;
  }

  struct InvariantSum {
    size_t input;
    StepSum sum;
  };

  const ControlFlowNode& at_;
  Builder& builder_;
  const Node node_;  // a copy: building gradients moves nodes
  const ops::ScanAttrs attrs_;
  const size_t num_carries_;
  const size_t num_sliced_;  // carries and sequences
  Values operands_;
  StepGradient step_;
  std::vector<InvariantSum> sums_;
  // By value of the step: its values in all steps, stacked.
  absl::flat_hash_map<ir::ValueId, Value> sequence_of_;
  std::vector<ir::ValueId> given_;  // by y of the backward scan: the value of the step
  Values last_;                     // carries of the backward scan
};

}  // namespace

Grads ScanGradients(const ControlFlowNode& node) { return BackwardScan(node).Run(); }

}  // namespace tricorn::transform
