#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "core/ir/graph.h"

namespace tricorn::backend::cuda {

// Where the elements of a value of a fused region come from, broadcasts and reshapes looked
// through.
struct Access {
  ir::ValueId root = -1;         // an input, a constant, iota, random bits or what a node computes
  std::vector<int64_t> strides;  // in root's elements, by axis of the value

  bool is_uniform() const;  // one element for all
};
// nullopt where a reshape follows a broadcast that repeats.
std::optional<Access> AccessOf(const ir::Graph& region, ir::ValueId id);

// The value of a constant that is the same everywhere; nullopt for anything else.
std::optional<double> UniformNumber(const ir::Graph& region, ir::ValueId id);

// The expression of a node's result, given those of its operands; nullopt for an op that no scalar
// function computes. All in the types that elements are computed in: half precision is rounded
// where it is stored, and by casts to it. Its exp and erf are good to that precision.
std::optional<std::string> ElementExpression(const ir::Graph& region, const ir::Node& node,
                                             const std::vector<std::string>& operands);
// The same, with operands by `name`; nullopt too where one has none.
std::optional<std::string> ElementExpression(
    const ir::Graph& region, const ir::Node& node,
    absl::FunctionRef<std::optional<std::string>(ir::ValueId id)> name);

// Element number `at` (in its stored type) of a node without elements of its own (iota, random_bits
// with key `key`).
std::string GeneratedElement(const ir::Graph& region, const ir::Node& node, std::string_view at,
                             std::string_view key);
bool IsGenerator(const ir::Node* node);

}  // namespace tricorn::backend::cuda
