#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace tricorn {

// The values of one feature: byte strings (views of the record), floats or integers.
using FeatureValues =
    std::variant<std::vector<std::string_view>, std::vector<float>, std::vector<int64_t>>;

// A tf.train.Example: features by name, in the record's order. The last of a name counts.
struct Example {
  std::vector<std::pair<std::string_view, FeatureValues>> features;

  const FeatureValues* Find(std::string_view name) const;  // nullptr when absent
};

// Reads the protocol buffer. The result views `record`; what it takes is bounded by the record's
// size. Errors: InvalidArgument for bytes that are no Example.
absl::StatusOr<Example> ParseExample(std::string_view record);

}  // namespace tricorn
