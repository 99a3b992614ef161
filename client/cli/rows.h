#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/lib/resources.h"
#include "core/base/json.h"
#include "core/data/dataset.h"

namespace tricorn::cli {

// Rows [begin, end) of a dataset.
struct RowInterval {
  int64_t begin = 0;
  int64_t end = INT64_MAX;
};

// "8" is [0, 8), "16:24" is [16, 24), "16:" goes to the end.
// Errors: InvalidArgument for anything else, or an empty range.
absl::StatusOr<RowInterval> ParseRows(const std::string& text);

// The columns with role x in rows [begin, end), named as the model's inputs: "x/image" is "image".
absl::StatusOr<std::vector<client::NamedTensor>> InputRows(const Dataset& dataset, int64_t begin,
                                                           int64_t end);

// Rows one after the other of tensors that agree in all other axes.
// Errors: Internal when they do not.
absl::StatusOr<Tensor> ConcatenateRows(const std::vector<Tensor>& parts);

// A tensor's values as nested arrays, as Python's tolist() gives them.
Json NestedJson(const Tensor& tensor);

}  // namespace tricorn::cli
