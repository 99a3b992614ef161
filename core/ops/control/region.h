#pragma once

#include "core/ops/op.h"

// What inference and builders of the ops with regions share.

namespace tricorn::ops {

// The types of inputs or outputs of a graph.
Types TypesOf(const ir::Graph& graph, const std::vector<ir::NamedValue>& values);
// Whether `received` are `expected`; `what` names them: "carry".
absl::Status ExpectTypes(std::span<const Type> expected, std::span<const Type> received,
                         std::string_view what);
absl::Status ExpectRegions(const ir::Regions& regions, size_t count);

// Inputs of a region, named `prefix`0, `prefix`1, ...
Values RegionInputs(Builder& region, std::span<const Type> types, std::string_view prefix);

// A region that was traced: its builder and what it gives.
struct TracedRegion {
  Builder* region;
  Values outputs;
};
// The regions of one node, with outputs named y0, y1, ..., and the values around them that any of
// them uses, which they all take as further inputs. None after an error in the builder.
struct FinishedRegions {
  ir::Regions regions = {};
  Values captures = {};
};
FinishedRegions FinishRegions(std::span<const TracedRegion> traced);
Types TypesOf(Operands values);
// As many errors as there would have been results.
Values ErrorsIn(Builder& builder, size_t count);

}  // namespace tricorn::ops
