#pragma once

#include <string>

#include "core/keras/regularizers/regularizer.h"

namespace tricorn::keras {

struct OrthogonalRegularizerConfig {
  double factor = 0.01;
  std::string mode = "rows";  // rows, columns
  FIELDS(factor, mode)
};

// Keeps the rows (columns) of a matrix orthogonal.
//   factor * mean |<u_i, u_j>| over pairs i < j,  u_i the rows (columns) at length one
// Errors: InvalidArgument unless x is a matrix and mode is rows or columns.
class OrthogonalRegularizer
    : public RegularizerWith<OrthogonalRegularizer, OrthogonalRegularizerConfig> {
 public:
  static constexpr std::string_view kClassName = "OrthogonalRegularizer";
  using RegularizerWith::RegularizerWith;
  ir::Value operator()(ir::Value x) const override;
};

}  // namespace tricorn::keras
