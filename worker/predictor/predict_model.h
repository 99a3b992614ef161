#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn::worker {

// A loaded model as the predictor sees it: the Keras engine's, and fakes in tests.
class PredictModel {
 public:
  struct Port {
    std::string name;
    DType dtype = DType::kF32;
    Shape row_shape;  // without the batch axis; -1 where any size fits
  };

  virtual ~PredictModel() = default;
  virtual const std::vector<Port>& inputs() const = 0;
  virtual const std::vector<Port>& outputs() const = 0;
  // `inputs`: one for each of inputs(), of its dtype and a row shape that fits, with the same
  // number of rows (at least one). Gives one for each of outputs(), with as many rows. Called by
  // one thread at a time.
  virtual absl::StatusOr<std::vector<Tensor>> Predict(const std::vector<Tensor>& inputs) = 0;
};

}  // namespace tricorn::worker
