#pragma once

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "core/keras/layers/variable.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// Values for variables, checked first and set together: a file that does not fit changes nothing.
class StagedWeights {
 public:
  // One value for each variable, of its shape; cast to its dtype when set. All or none of them.
  // Errors: InvalidArgument for another number, named `subject`, or shape, named by the variable.
  absl::Status Add(const std::string& subject, const std::vector<Variable*>& variables,
                   const std::vector<Tensor>& values);
  void Set();

 private:
  std::vector<std::pair<Variable*, Tensor>> values_;
};

}  // namespace tricorn::keras
