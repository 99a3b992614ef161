#pragma once

#include "core/keras/regularizers/regularizer.h"

namespace tricorn::keras {

struct L1Config {
  double l1 = 0.01;
  FIELDS(l1)
};

// l1 * sum |x|
class L1 : public RegularizerWith<L1, L1Config> {
 public:
  static constexpr std::string_view kClassName = "L1";
  using RegularizerWith::RegularizerWith;
  ir::Value operator()(ir::Value x) const override;
};

struct L2Config {
  double l2 = 0.01;
  FIELDS(l2)
};

// l2 * sum x^2
class L2 : public RegularizerWith<L2, L2Config> {
 public:
  static constexpr std::string_view kClassName = "L2";
  using RegularizerWith::RegularizerWith;
  ir::Value operator()(ir::Value x) const override;
};

struct L1L2Config {
  double l1 = 0.0;
  double l2 = 0.0;
  FIELDS(l1, l2)
};

// l1 * sum |x| + l2 * sum x^2
class L1L2 : public RegularizerWith<L1L2, L1L2Config> {
 public:
  static constexpr std::string_view kClassName = "L1L2";
  using RegularizerWith::RegularizerWith;
  ir::Value operator()(ir::Value x) const override;
};

}  // namespace tricorn::keras
