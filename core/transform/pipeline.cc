#include "core/transform/pipeline.h"

#include "core/base/status.h"
#include "core/ir/verifier.h"
#include "core/transform/absorb/absorb_padding.h"
#include "core/transform/absorb/batch_norm_relu.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_rows.h"
#include "core/transform/fusion/take_apart.h"
#include "core/transform/rewrite/cse.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/hoist_effects.h"
#include "core/transform/rewrite/simplify.h"

namespace tricorn::transform {
namespace {

using Pass = absl::StatusOr<ir::Graph> (*)(const ir::Graph&);

absl::Status Apply(ir::Graph& graph, Pass pass, std::string_view name) {
  ASSIGN_OR_RETURN(graph, pass(graph));
#ifndef NDEBUG
  return WithSubject(ir::Verify(graph), name);
#else
  (void)name;
  return absl::OkStatus();
#endif
}

absl::Status RunBasics(ir::Graph& graph) {
  RETURN_IF_ERROR(Apply(graph, Simplify, "simplify"));
  RETURN_IF_ERROR(Apply(graph, Cse, "cse"));
  return Apply(graph, Dce, "dce");
}

}  // namespace

absl::StatusOr<ir::Graph> Clean(ir::Graph graph) {
  RETURN_IF_ERROR(RunBasics(graph));
  RETURN_IF_ERROR(Apply(graph, AbsorbPadding, "absorb_padding"));
  return graph;
}

absl::StatusOr<ir::Graph> RunPipeline(ir::Graph graph, const PipelineOptions& options) {
  ASSIGN_OR_RETURN(graph, Clean(std::move(graph)));
  if (options.fusion == Fusion::kRows) {
    RETURN_IF_ERROR(Apply(graph, FuseBatchNormRelu, "batch_norm_relu"));
  }
  ASSIGN_OR_RETURN(graph, Decompose(std::move(graph), options.keep));
  RETURN_IF_ERROR(RunBasics(graph));
  if (options.before_fusion) {
    ASSIGN_OR_RETURN(graph, options.before_fusion(graph));
    RETURN_IF_ERROR(Apply(graph, Dce, "dce"));
  }
  if (options.fusion == Fusion::kElementwise) {
    RETURN_IF_ERROR(Apply(graph, FuseElementwise, "fuse_elementwise"));
  } else if (options.fusion == Fusion::kRows) {
    RETURN_IF_ERROR(Apply(graph, FuseRows, "fuse_rows"));
  }
  RETURN_IF_ERROR(Apply(graph, Dce, "dce"));
  ASSIGN_OR_RETURN(graph, TakeApart(std::move(graph), options.keep));
  if (options.may_join) {
    ASSIGN_OR_RETURN(graph, RunSideBySide(graph, options.may_join));
  }
  // Last, because fusion moves what effects read.
  RETURN_IF_ERROR(Apply(graph, HoistEffects, "hoist_effects"));
  return graph;
}

}  // namespace tricorn::transform
