#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/data/formats/dataset_spec.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// IDX, MNIST's format: two zero bytes, a type, a rank, big-endian 32-bit sizes, big-endian values.
// A gzip file of one is read too.
// Errors: InvalidArgument or DataLoss; sizes are checked before anything is allocated.
// Source: LeCun, Cortes, Burges: The MNIST database.
absl::StatusOr<Tensor> ParseIdx(std::string_view bytes);

// One file per role; no options.
extern const DatasetFormat kIdxFormat;

}  // namespace tricorn
