#pragma once

#include "core/data/formats/dataset_spec.h"

namespace tricorn {

// One .npz, whose arrays are named by role: "x", "y", "sample_weight", "x/NAME", ...; no options.
extern const DatasetFormat kNpzFormat;

// One .npy per role; no options.
extern const DatasetFormat kNpyFormat;

}  // namespace tricorn
