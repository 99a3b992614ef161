#include "core/keras/layers/call_context.h"

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/shape/shape.h"

namespace tricorn::keras {

ir::Value CallContext::Read(const Variable& variable) {
  if (const auto it = assigned_at_.find(&variable); it != assigned_at_.end()) {
    return assigned_[it->second].value;
  }
  const auto [it, is_new] = read_at_.try_emplace(&variable, reads_.size());
  if (is_new) {
    std::string name = variable.path.empty() ? variable.name : variable.path;
    for (int copy = 2; !input_names_.insert(name).second; ++copy) {
      name = variable.path + ":" + std::to_string(copy);
    }
    reads_.push_back({&variable, outermost_.Input(name, variable.type)});
  }
  return reads_[it->second].input;
}

void CallContext::Assign(const Variable& variable, ir::Value value) {
  ExpectOutermost(value, variable.path);
  if (builder_->ok() && value.type() != variable.type) {
    builder_->SetError(InvalidArgument("{}: expected a new value of {}, received {}", variable.path,
                                       variable.type.ToString(), value.type().ToString()));
  }
  const auto [it, is_new] = assigned_at_.try_emplace(&variable, assigned_.size());
  if (is_new) {
    assigned_.push_back({&variable, value});
  } else {
    assigned_[it->second].value = value;
  }
}

void CallContext::AddLoss(ir::Value loss, bool per_sample) {
  ExpectOutermost(loss, "loss");
  losses_.push_back({loss, per_sample});
}

void CallContext::ExpectOutermost(ir::Value value, std::string_view what) {
  if (!builder_->ok() || &value.builder() == &outermost_) return;
  builder_->SetError(Unimplemented(
      "{}: expected a value that does not change from step to step of the loop around the layer, "
      "received {}: unroll the loop",
      what, value.type().ToString()));
}

ir::Value CallContext::MaskOf(ir::Value value) const {
  const auto it = masks_.find(KeyOf(value));
  return it == masks_.end() ? ir::Value() : it->second;
}

ir::Value CallContext::NextSeed(const Variable& seed) {
  const ir::Value state = Read(seed);
  Assign(seed, state + outermost_.Constant(Tensor::From<uint32_t>({2}, {0, 1})));
  // Shards and steps of a loop differ in the first word, calls in the second. The odd multipliers
  // keep neighbouring seeds, shards and steps apart.
  ir::Value key = state;
  const auto spread = [&](uint32_t multiplier, ir::Value by) {
    key = key + outermost_.Constant(Tensor::From<uint32_t>({2}, {multiplier, 0})) * by;
  };
  if (shard_) spread(0x9E3779B9u, shard_);
  if (step_) spread(0x85EBCA6Bu, step_);
  return key;
}

}  // namespace tricorn::keras
