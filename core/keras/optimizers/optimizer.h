#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"
#include "core/keras/layers/call_context.h"
#include "core/keras/layers/variable.h"
#include "core/keras/optimizers/learning_rate.h"
#include "core/keras/optimizers/part_exchange.h"
#include "core/keras/serialization/object.h"
#include "core/keras/serialization/registry.h"

namespace tricorn::keras {

// Turns gradients into new weights, as nodes of the training step.
class Optimizer : public Serializable {
 public:
  static constexpr std::string_view kKind = "optimizer";
  static const Registry<Optimizer>& Builtins();

  std::string_view module() const override { return "keras.optimizers"; }
  const std::string& name() const { return name_; }

  // Makes the state for these weights, which must outlive the optimizer. Does nothing when it has
  // been built for them already.
  // Errors: FailedPrecondition when it was built for others; those of the arguments.
  absl::Status Build(std::span<Variable* const> trainable);
  bool is_built() const { return built_; }
  // In Keras's order, which is the archive's: iteration, learning_rate (unless scheduled), the
  // rest. The first two exist before Build.
  virtual std::vector<Variable*> variables() const;
  // Of each of variables(): the index of the weight that it stands beside, or -1 where there is one
  // for all weights.
  virtual std::vector<int> weights_of_variables() const { return weight_of_; }
  // nullptr when the rate is scheduled.
  virtual Variable* learning_rate_variable() const { return learning_rate_; }
  virtual Variable& iteration() const { return *iteration_; }
  // The rate of the next update, scheduled or not: a float32 scalar.
  virtual ir::Value Rate(CallContext& context) const;
  // The optimizers with a rate of their own: this one, or those that it is made of.
  virtual std::vector<Optimizer*> members() { return {this}; }
  // Steps whose gradients are gathered for one update.
  virtual int64_t steps_per_update() const { return 1; }

  // Whether several optimizers like this one can update a part of the weights each: not unless a
  // rule says so. Errors: Unimplemented, saying why not.
  virtual absl::Status CheckCanBeParted() const;
  // Whether every entry of a weight without constraint, and of its slots, is updated from the same
  // entry of the gradient alone: such weights can be cut.
  virtual bool updates_entries_apart() const { return false; }
  // Norms of all gradients together are added up unit by unit, so that their bits do not depend on
  // who has which weights.
  virtual void AddNormsByUnits() { adds_norms_by_units_ = true; }
  // Before Apply: who has the other weights. Null: nobody, for this optimizer has all of them.
  virtual void set_exchange(PartExchange* exchange) { exchange_ = exchange; }
  // Whether Apply calls the exchange.
  virtual bool needs_exchange() const { return false; }

  // Before Build: weights whose name contains one of `names` do not decay.
  virtual void ExcludeFromWeightDecay(const std::vector<std::string>& names) = 0;
  // Before Build: what losses are multiplied by, and gradients divided.
  virtual void set_loss_scale_factor(std::optional<double> factor) = 0;

  // Appends one step: `gradients` of the built weights in their order, none for a weight that is
  // left alone. Assigns weights and state in `context`.
  virtual void Apply(CallContext& context, std::span<const ir::Value> gradients) const = 0;
  // `loss` times the factor by which Apply divides gradients.
  virtual ir::Value ScaleLoss(CallContext& context, ir::Value loss) const = 0;
  // Whether training ends with averages in place of the weights, which FinalizeVariables does.
  virtual bool keeps_averages() const = 0;
  virtual void FinalizeVariables() const = 0;
  // Weights, each with the average kept beside it.
  virtual std::vector<std::pair<Variable*, Variable*>> averages() const = 0;

 protected:
  Optimizer(std::string name, const LearningRate& rate);

  // What is left of Build, once.
  virtual absl::Status MakeState() = 0;

  // `weight`: as in weights_of_variables.
  Variable* AddVariable(std::string path, Tensor value, int weight = -1);
  bool adds_norms_by_units() const { return adds_norms_by_units_; }
  PartExchange* exchange() const { return exchange_; }
  std::span<Variable* const> trainable() const { return trainable_; }

 private:
  const std::string name_;
  bool built_ = false;
  std::vector<Variable*> trainable_;
  std::vector<std::unique_ptr<Variable>> variables_;
  std::vector<int> weight_of_;  // by variable
  bool adds_norms_by_units_ = false;
  PartExchange* exchange_ = nullptr;
  Variable* iteration_ = nullptr;
  Variable* learning_rate_ = nullptr;
};

}  // namespace tricorn::keras
