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
    reads_.push_back({&variable, builder_.Input(name, variable.type)});
  }
  return reads_[it->second].input;
}

void CallContext::Assign(const Variable& variable, ir::Value value) {
  if (builder_.ok() && value.type() != variable.type) {
    builder_.SetError(InvalidArgument("{}: expected a new value of {}, received {}", variable.path,
                                      variable.type.ToString(), value.type().ToString()));
  }
  const auto [it, is_new] = assigned_at_.try_emplace(&variable, assigned_.size());
  if (is_new) {
    assigned_.push_back({&variable, value});
  } else {
    assigned_[it->second].value = value;
  }
}

ir::Value CallContext::MaskOf(ir::Value value) const {
  const auto it = masks_.find(value.id());
  return it == masks_.end() ? ir::Value() : it->second;
}

ir::Value CallContext::NextSeed(const Variable& seed) {
  const ir::Value state = Read(seed);
  const ir::Value step = builder_.Constant(Tensor::From<uint32_t>({2}, {0, 1}));
  Assign(seed, state + step);
  if (!shard_) return state;
  // Shards differ in the first word, steps in the second. The odd multiplier keeps neighbouring
  // seeds and shards apart.
  const ir::Value spread = builder_.Constant(Tensor::From<uint32_t>({2}, {0x9E3779B9u, 0}));
  return state + spread * shard_;
}

}  // namespace tricorn::keras
