#include "core/keras/layers/call_masks.h"

namespace tricorn::keras {

CallMasks::~CallMasks() {
  for (auto it = before_.rbegin(); it != before_.rend(); ++it) {
    context_.SetMask(it->first, it->second);
  }
}

void CallMasks::Copy(ir::Value from, ir::Value to) {
  if (from == to) return;
  if (const ir::Value mask = context_.MaskOf(from)) Set(to, mask);
}

void CallMasks::Override(const std::vector<ir::Value>& inputs, const Nest<ir::Value>& masks) {
  if (masks.is_leaf()) {
    if (!inputs.empty()) Set(inputs[0], masks.leaf());
    return;
  }
  if (!masks.is_list()) return;
  for (size_t i = 0; i < masks.list().size() && i < inputs.size(); ++i) {
    if (masks.list()[i].is_leaf()) Set(inputs[i], masks.list()[i].leaf());
  }
}

void CallMasks::Hide(const std::vector<ir::Value>& values) {
  for (const ir::Value& value : values) {
    if (context_.MaskOf(value)) Set(value, ir::Value());
  }
}

void CallMasks::KeepFor(ir::Value output, ir::Value mask) {
  std::erase_if(before_, [&](const auto& entry) { return entry.first == output; });
  context_.SetMask(output, mask);
}

void CallMasks::Set(ir::Value value, ir::Value mask) {
  before_.emplace_back(value, context_.MaskOf(value));
  context_.SetMask(value, mask);
}

}  // namespace tricorn::keras
