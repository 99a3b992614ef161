#pragma once

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/keras/layers/nest.h"
#include "core/tensor/tensor.h"

namespace tricorn::keras {

// What Keras's `fit` takes as x, y and sample_weight: an array, a list of them, or a dictionary by
// the names of inputs or outputs. None when default.
using Arrays = Nest<Tensor>;

// The samples of a dataset. Labels and weights may be missing for some outputs in a dictionary.
// Errors: those of Dataset::FromTensors.
absl::StatusOr<Dataset> DatasetOf(const Arrays& x, const Arrays& y = {},
                                  const Arrays& sample_weight = {});

}  // namespace tricorn::keras
