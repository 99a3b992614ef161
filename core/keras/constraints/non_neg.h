#pragma once

#include "core/keras/constraints/constraint.h"

namespace tricorn::keras {

struct NonNegConfig {
  NO_FIELDS()
};

// y = max(w, 0)
class NonNeg : public ConstraintWith<NonNeg, NonNegConfig> {
 public:
  static constexpr std::string_view kClassName = "NonNeg";
  using ConstraintWith::ConstraintWith;
  ir::Value operator()(ir::Value w) const override;
};

}  // namespace tricorn::keras
