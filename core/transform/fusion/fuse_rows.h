#pragma once

#include "absl/status/statusor.h"
#include "core/ir/builder.h"

namespace tricorn::transform {

struct FusedRowsAttrs {
  Shape shape = {};   // of the arrays
  int64_t axis = 0;   // where their rows' elements begin
  ir::Types results;  // of the region's outputs, which are the node's results
  FIELDS(shape, axis, results)
};

// One pass over memory for reductions of rows and what is computed around them. The region has
// elementwise nodes on arrays of `shape` and on one number a row, reductions (sum, prod, max, min)
// of each row to a number and of all rows to one row, which only the outside reads; reshapes of
// numbers of rows, scalar constants, broadcasts, iota and random_bits.
extern const ir::OpDef kFusedRows;

// Groups reductions over the last axes, composites made of them (softmax, normalizations,
// cross-entropies), reductions over the first axes and elementwise nodes that feed or use them into
// kFusedRows nodes; other elementwise nodes as FuseElementwise does. Composites are opened within a
// group. Iota and random bits that feed a group are computed inside it.
absl::StatusOr<ir::Graph> FuseRows(const ir::Graph& graph);

// The region of a composite of rows that stands alone, with the node's operands as its inputs.
// Unimplemented for other ops and forms.
struct RowRegion {
  FusedRowsAttrs attrs;
  ir::Graph region;
};
absl::StatusOr<RowRegion> OpenComposite(const ir::OpDef& op, std::span<const ir::Type> operands,
                                        const ir::Attrs& attrs);

}  // namespace tricorn::transform
