#include "core/backend/reference/reference.h"

#include <cstring>
#include <optional>

#include "core/backend/reference/interpreter.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/fusion/fuse_elementwise.h"
#include "core/transform/fusion/fuse_rows.h"
#include "core/transform/fusion/side_by_side.h"
#include "core/transform/rewrite/decompose.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::backend {
namespace {

using reference::Array;
using reference::Interpreter;

class ReferenceExecutable : public Executable {
 public:
  static absl::StatusOr<std::unique_ptr<Executable>> Make(ir::Graph graph) {
    std::unique_ptr<ReferenceExecutable> executable(new ReferenceExecutable(std::move(graph)));
    ASSIGN_OR_RETURN(executable->interpreter_, Interpreter::Make(executable->graph_));
    return executable;
  }

  absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& context) const override {
    CHECK(inputs.size() == graph_.inputs().size() && outputs.size() == graph_.outputs().size());
    std::vector<Array> arrays;
    for (size_t i = 0; i < inputs.size(); ++i) {
      const ir::Type& type = graph_.type(graph_.inputs()[i].value);
      CHECK(inputs[i].nbytes == type.nbytes());
      arrays.push_back(reference::ToArray(
          Tensor::Wrap(type.dtype, type.shape, inputs[i].data, inputs[i].owner)));
    }
    std::map<int32_t, Tensor> in_flight;
    ASSIGN_OR_RETURN(const std::vector<Array> results,
                     interpreter_->Run(std::move(arrays), context, in_flight));
    for (size_t i = 0; i < outputs.size(); ++i) {
      CHECK(outputs[i].nbytes == results[i].type.nbytes());
      reference::WriteTo(results[i], outputs[i].data);
    }
    return absl::OkStatus();
  }

  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return 0; }

 private:
  explicit ReferenceExecutable(ir::Graph graph) : graph_(std::move(graph)) {}

  const ir::Graph graph_;
  std::optional<Interpreter> interpreter_;
};

absl::StatusOr<ir::Graph> Inline(const ir::Graph& graph, const ir::OpDef& op) {
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    if (node.op != &op) return rewriter.Copy(node, x);
    return ir::Inline(rewriter.builder(), *node.regions[0], x);
  });
}

// What was fused or grouped opened again: the innermost regions are made of primitives.
absl::StatusOr<ir::Graph> InlineFused(const ir::Graph& graph) {
  ASSIGN_OR_RETURN(const ir::Graph single, Inline(graph, transform::kSideBySide));
  ASSIGN_OR_RETURN(const ir::Graph rows, Inline(single, transform::kFusedRows));
  return Inline(rows, transform::kFusedElementwise);
}

class ReferenceDevice : public Device {
 public:
  std::string_view platform() const override { return "reference"; }

  absl::StatusOr<Buffer> Allocate(int64_t nbytes) override {
    Tensor bytes = Tensor::Uninitialized(DType::kU8, {nbytes});
    auto owner = std::make_shared<Tensor>(bytes);
    return Buffer{bytes.bytes(), nbytes, std::move(owner)};
  }
  absl::Status Upload(const Tensor& from, const Buffer& to) override {
    CHECK(from.nbytes() == to.nbytes);
    if (to.nbytes > 0) std::memcpy(to.data, from.bytes(), static_cast<size_t>(to.nbytes));
    return absl::OkStatus();
  }
  absl::Status Download(const Buffer& from, Tensor& to) override {
    CHECK(to.nbytes() == from.nbytes);
    if (from.nbytes > 0) std::memcpy(to.bytes(), from.data, static_cast<size_t>(from.nbytes));
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<Executable>> Compile(ir::Graph graph,
                                                      const CompileOptions&) override {
    ASSIGN_OR_RETURN(graph, transform::OnEveryGraph(graph, InlineFused));
    ASSIGN_OR_RETURN(graph, transform::Decompose(std::move(graph),
                                                 [](const auto&, const auto&) { return false; }));
    return ReferenceExecutable::Make(std::move(graph));
  }
};

}  // namespace

std::unique_ptr<Device> MakeReferenceDevice() { return std::make_unique<ReferenceDevice>(); }

}  // namespace tricorn::backend
