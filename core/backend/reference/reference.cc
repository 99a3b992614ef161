#include "core/backend/reference/reference.h"

#include <cstring>

#include "core/backend/reference/primitive.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/transform/decompose.h"
#include "core/transform/fuse_elementwise.h"

namespace tricorn::backend {
namespace {

using reference::Array;
using reference::Call;
using reference::Primitive;

class ReferenceExecutable : public Executable {
 public:
  // One primitive a node of `graph`.
  ReferenceExecutable(ir::Graph graph, std::vector<Primitive> primitives)
      : graph_(std::move(graph)), primitives_(std::move(primitives)) {
    last_use_.assign(graph_.values().size(), -1);
    for (size_t i = 0; i < graph_.nodes().size(); ++i) {
      for (const ir::ValueId id : graph_.nodes()[i].operands) {
        last_use_[static_cast<size_t>(id)] = static_cast<int64_t>(i);
      }
    }
    for (const ir::NamedValue& output : graph_.outputs()) {
      last_use_[static_cast<size_t>(output.value)] = static_cast<int64_t>(graph_.nodes().size());
    }
  }

  absl::Status Run(std::span<const Buffer> inputs, std::span<const Buffer> outputs,
                   const RunContext& context) const override {
    CHECK(inputs.size() == graph_.inputs().size() && outputs.size() == graph_.outputs().size());
    std::vector<Array> values(graph_.values().size());
    for (size_t i = 0; i < inputs.size(); ++i) {
      const ir::ValueId id = graph_.inputs()[i].value;
      const ir::Type& type = graph_.type(id);
      CHECK(inputs[i].nbytes == type.nbytes());
      values[static_cast<size_t>(id)] =
          reference::ToArray(Tensor::Wrap(type.dtype, type.shape, inputs[i].data, inputs[i].owner));
    }
    std::map<int32_t, Tensor> in_flight;
    for (size_t i = 0; i < graph_.nodes().size(); ++i) {
      RETURN_IF_ERROR(RunNode(i, context, values, in_flight));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      const Array& array = values[static_cast<size_t>(graph_.outputs()[i].value)];
      CHECK(outputs[i].nbytes == array.type.nbytes());
      reference::WriteTo(array, outputs[i].data);
    }
    return absl::OkStatus();
  }

  const ir::Graph& graph() const override { return graph_; }
  int64_t arena_nbytes() const override { return 0; }

 private:
  absl::Status RunNode(size_t index, const RunContext& context, std::vector<Array>& values,
                       std::map<int32_t, Tensor>& in_flight) const {
    const ir::Node& node = graph_.nodes()[index];
    std::vector<const Array*> operands;
    for (const ir::ValueId id : node.operands) operands.push_back(&values[static_cast<size_t>(id)]);
    std::vector<Array> results;
    for (const ir::ValueId id : node.results) {
      const ir::Type& type = graph_.type(id);
      results.push_back({type, std::vector<double>(static_cast<size_t>(type.num_elements()))});
    }
    const absl::Status status =
        primitives_[index](Call{node, operands, results, context, in_flight});
    if (!status.ok()) return WithSubject(status, node.op->name);
    for (size_t k = 0; k < results.size(); ++k) {
      CHECK(static_cast<int64_t>(results[k].values.size()) == results[k].type.num_elements());
      reference::Canonicalize(results[k]);
      values[static_cast<size_t>(node.results[k])] = std::move(results[k]);
    }
    for (const ir::ValueId id : node.operands) {
      const auto value = static_cast<size_t>(id);
      if (last_use_[value] == static_cast<int64_t>(index)) values[value].values = {};
    }
    return absl::OkStatus();
  }

  const ir::Graph graph_;
  const std::vector<Primitive> primitives_;
  std::vector<int64_t> last_use_;  // by value: the last node that reads it
};

// Fused nodes opened again: their regions are made of primitives.
absl::StatusOr<ir::Graph> InlineFused(const ir::Graph& graph) {
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) {
    if (node.op != &transform::kFusedElementwise) return rewriter.Copy(node, x);
    return ir::Inline(rewriter.builder(), *node.regions[0], x);
  });
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
    ASSIGN_OR_RETURN(graph, InlineFused(graph));
    ASSIGN_OR_RETURN(graph, transform::Decompose(std::move(graph),
                                                 [](const auto&, const auto&) { return false; }));
    std::vector<Primitive> primitives;
    for (const ir::Node& node : graph.nodes()) {
      const auto it = reference::Primitives().find(node.op->name);
      if (it == reference::Primitives().end()) {
        return Unimplemented("{}: expected a primitive of the reference backend", node.op->name);
      }
      primitives.push_back(it->second);
    }
    return std::make_unique<ReferenceExecutable>(std::move(graph), std::move(primitives));
  }
};

}  // namespace

std::unique_ptr<Device> MakeReferenceDevice() { return std::make_unique<ReferenceDevice>(); }

}  // namespace tricorn::backend
