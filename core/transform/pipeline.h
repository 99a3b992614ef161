#pragma once

#include <functional>

#include "absl/status/statusor.h"
#include "core/ir/graph.h"
#include "core/transform/fusion/side_by_side.h"
#include "core/transform/rewrite/decompose.h"

namespace tricorn::transform {

// Which nodes become one, by what the backend runs.
enum class Fusion : uint8_t {
  kNone,
  kElementwise,  // fuse_elementwise
  kRows          // fuse_rows, which does both
};

struct PipelineOptions {
  KeepComposite keep;  // composites and fused nodes that the backend has kernels for
  // What the backend does to primitives before they are fused; empty for nothing.
  std::function<absl::StatusOr<ir::Graph>(const ir::Graph&)> before_fusion = nullptr;
  Fusion fusion = Fusion::kElementwise;
  // Which nodes may share a launch, for backends that run kSideBySide; empty for none.
  MayJoin may_join = nullptr;
};

// What comes first: simplify, cse, dce, absorb_padding.
absl::StatusOr<ir::Graph> Clean(ir::Graph graph);

// What a backend does to a traced graph before it plans: simplify, cse, dce, decompose, the same
// again, the backend's own, fusion, less what the backend refuses, groups, early collectives. Each
// pass's result is verified in debug builds.
absl::StatusOr<ir::Graph> RunPipeline(ir::Graph graph, const PipelineOptions& options);

}  // namespace tricorn::transform
