#pragma once

#include "core/keras/constraints/constraint.h"
#include "core/keras/serialization/axis_or_axes.h"

namespace tricorn::keras {

// In these, n is the norm of w over `axis`, epsilon the setting.

struct MaxNormConfig {
  double max_value = 2.0;
  AxisOrAxes axis = 0;
  FIELDS(max_value, axis)
};

// y = w * min(n, max_value) / (epsilon + n)
class MaxNorm : public ConstraintWith<MaxNorm, MaxNormConfig> {
 public:
  static constexpr std::string_view kClassName = "MaxNorm";
  using ConstraintWith::ConstraintWith;
  ir::Value operator()(ir::Value w) const override;
};

struct UnitNormConfig {
  AxisOrAxes axis = 0;
  FIELDS(axis)
};

// y = w / (epsilon + n)
class UnitNorm : public ConstraintWith<UnitNorm, UnitNormConfig> {
 public:
  static constexpr std::string_view kClassName = "UnitNorm";
  using ConstraintWith::ConstraintWith;
  ir::Value operator()(ir::Value w) const override;
};

struct MinMaxNormConfig {
  double min_value = 0.0;
  double max_value = 1.0;
  double rate = 1.0;
  AxisOrAxes axis = 0;
  FIELDS(min_value, max_value, rate, axis)
};

// y = w * (rate * clip(n, min_value, max_value) + (1 - rate) * n) / (epsilon + n)
class MinMaxNorm : public ConstraintWith<MinMaxNorm, MinMaxNormConfig> {
 public:
  static constexpr std::string_view kClassName = "MinMaxNorm";
  using ConstraintWith::ConstraintWith;
  ir::Value operator()(ir::Value w) const override;
};

}  // namespace tricorn::keras
