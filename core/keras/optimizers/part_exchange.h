#pragma once

#include <algorithm>
#include <cstdint>

#include "core/ir/builder.h"

namespace tricorn::keras {

// Weights are measured, and where their updates allow it cut, in units of so many entries, counted
// from their first: few enough that a cut weight is shared out evenly, and the same whoever has it.
inline constexpr int64_t kUnit = 65536;
inline int64_t NumUnits(int64_t entries) {
  return std::max<int64_t>(1, (entries + kUnit - 1) / kUnit);
}

// What an optimizer that updates a part of the weights needs to hear from those that update the
// rest. Each sends the same calls in the same order.
class PartExchange {
 public:
  virtual ~PartExchange() = default;
  // `own`: for each weight of this part, in order, a flat float32 value with an entry for each of
  // its units. The same of all weights in the model's order, one after the other.
  virtual ir::Value OfAllUnits(ir::Builder& builder, ir::Operands own) = 0;
  // A float32 scalar of each part, flat.
  virtual ir::Value OfAllParts(ir::Value own) = 0;
};

}  // namespace tricorn::keras
