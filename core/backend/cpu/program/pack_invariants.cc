#include "core/backend/cpu/program/pack_invariants.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/backend/cpu/onednn/onednn_packed_matmul.h"
#include "core/base/status.h"
#include "core/ir/rewriter.h"
#include "core/ops/control/control.h"
#include "core/ops/dot/dot.h"
#include "core/transform/rewrite/dce.h"
#include "core/transform/rewrite/on_every_graph.h"

namespace tricorn::backend::cpu {
namespace {

// Packing costs about what one product does.
constexpr int64_t kMinSteps = 4;

// a (m, k) times b: (k, n), or (n, k) if b_is_transposed.
struct PackedDotAttrs {
  DType dtype = DType::kF32;
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool b_is_transposed = false;
  FIELDS(dtype, m, n, k, b_is_transposed)

  auto operator<=>(const PackedDotAttrs&) const = default;
};

MatmulSpec SpecOf(const PackedDotAttrs& attrs) {
  MatmulSpec spec{.dtype = attrs.dtype, .m = attrs.m, .n = attrs.n, .k = attrs.k};
  spec.a_strides = {0, attrs.k, 1};
  spec.b_strides = attrs.b_is_transposed ? std::array<int64_t, 3>{0, 1, attrs.k}
                                         : std::array<int64_t, 3>{0, attrs.n, 1};
  return spec;
}

const ir::OpDef kPackMatrix = ir::Op<PackedDotAttrs>{
    .name = "pack_matrix",
    .doc = "the second operand of packed_dot, in oneDNN's order",
    .infer = [](std::span<const ir::Type>, const PackedDotAttrs& a) -> absl::StatusOr<ir::Type> {
      const auto matmul = MakeOneDnnPackedMatmul(SpecOf(a));
      if (matmul == nullptr) return Internal("expected a product that oneDNN packs");
      return ir::Type{DType::kU8, {matmul->packed_nbytes()}};
    },
};

const ir::OpDef kPackedDot = ir::Op<PackedDotAttrs>{
    .name = "packed_dot",
    .doc = "a (m, k) times a packed matrix (k, n)",
    .infer = [](std::span<const ir::Type>, const PackedDotAttrs& a) -> absl::StatusOr<ir::Type> {
      return ir::Type{a.dtype, {a.m, a.n}};
    },
};

// The product of a matrix and operand 1 that `node` is; nullopt for another.
std::optional<PackedDotAttrs> AsPackable(const ir::Graph& graph, const ir::Node& node) {
  if (node.op != &ops::kDotGeneral) return std::nullopt;
  const auto& attrs = node.attrs.As<ops::DotGeneralAttrs>();
  const ir::Type& a = graph.type(node.operands[0]);
  const ir::Type& b = graph.type(node.operands[1]);
  if (!attrs.a_batch.empty() || a.rank() != 2 || b.rank() != 2) return std::nullopt;
  if (attrs.a_contract != ops::Axes{1} || attrs.b_contract.size() != 1) return std::nullopt;
  const int64_t axis = attrs.b_contract[0];
  const PackedDotAttrs packed{.dtype = a.dtype,
                              .m = a.shape[0],
                              .n = b.shape[axis == 0 ? 1 : 0],
                              .k = a.shape[1],
                              .b_is_transposed = axis == 1};
  if (packed.m * packed.n * packed.k == 0) return std::nullopt;
  if (MakeOneDnnPackedMatmul(SpecOf(packed)) == nullptr) return std::nullopt;
  return packed;
}

// Packs the invariants of one scan.
class ScanPacker {
 public:
  ScanPacker(const ir::Node& scan, ir::Builder& builder, ir::Operands operands)
      : scan_(scan), builder_(builder), operands_(operands.begin(), operands.end()) {}

  absl::StatusOr<ir::Values> Run() {
    const ir::Graph& body = *scan_.regions[0];
    const auto& attrs = scan_.attrs.As<ops::ScanAttrs>();
    const int64_t first_invariant = attrs.num_carries + attrs.num_xs;
    ir::Builder region;
    ir::Values mapped(body.values().size());
    const auto at = [&](ir::ValueId id) -> ir::Value& { return mapped[static_cast<size_t>(id)]; };
    for (const ir::NamedValue& input : body.inputs()) {
      at(input.value) = region.Input(input.name, body.type(input.value));
    }
    // By input and form, in the order of the body: the packed matrix in the region.
    std::map<std::pair<int32_t, PackedDotAttrs>, ir::Value> packed;
    const auto pack = [&](int32_t input, const PackedDotAttrs& form) -> ir::Value {
      ir::Value& value = packed[{input, form}];
      if (value) return value;
      operands_.push_back(
          builder_.Add(kPackMatrix, {{operands_[static_cast<size_t>(input)]}}, form));
      value = region.Input(fmt::format("packed{}", packed.size() - 1), operands_.back().type());
      return value;
    };
    for (const ir::Node& node : body.nodes()) {
      ir::Values x;
      for (const ir::ValueId id : node.operands) x.push_back(at(id));
      region.set_scope(node.scope);
      ir::Values results;
      const std::optional<PackedDotAttrs> form = AsPackable(body, node);
      const ir::ValueInfo* weights =
          form ? &body.values()[static_cast<size_t>(node.operands[1])] : nullptr;
      if (form && weights->node < 0 && weights->index >= first_invariant) {
        results = {region.Add(kPackedDot, {{x[0], pack(weights->index, *form)}}, *form)};
      } else {
        results = region.AddAll(*node.op, x, node.attrs, node.regions);
      }
      RETURN_IF_ERROR(region.status());
      for (size_t i = 0; i < results.size(); ++i) at(node.results[i]) = results[i];
    }
    std::vector<std::pair<std::string, ir::Value>> outputs;
    for (const ir::NamedValue& output : body.outputs()) {
      outputs.emplace_back(output.name, at(output.value));
    }
    ASSIGN_OR_RETURN(ir::Graph graph, region.Finish(outputs));
    return builder_.AddAll(*scan_.op, operands_, scan_.attrs,
                           {std::make_shared<const ir::Graph>(std::move(graph))});
  }

 private:
  const ir::Node& scan_;
  ir::Builder& builder_;
  ir::Values operands_;
};

absl::StatusOr<ir::Graph> PackIn(const ir::Graph& graph) {
  ir::Rewriter rewriter(graph);
  return rewriter.Run([&](const ir::Node& node, ir::Operands x) -> ir::Values {
    if (node.op != &ops::kScan || node.attrs.As<ops::ScanAttrs>().length < kMinSteps) {
      return rewriter.Copy(node, x);
    }
    absl::StatusOr<ir::Values> results = ScanPacker(node, rewriter.builder(), x).Run();
    rewriter.builder().SetError(results.status());
    return results.ok() ? *std::move(results) : ir::Values();
  });
}

class PackMatrixKernel : public Kernel {
 public:
  explicit PackMatrixKernel(std::unique_ptr<OneDnnPackedMatmul> matmul)
      : matmul_(std::move(matmul)) {}
  int64_t workspace_nbytes() const override { return matmul_->workspace_nbytes(); }
  absl::Status Run(const KernelArgs& args) const override {
    return matmul_->Pack(args.operands[0], args.results[0], args.workspace);
  }

 private:
  const std::unique_ptr<OneDnnPackedMatmul> matmul_;
};

class PackedDotKernel : public Kernel {
 public:
  explicit PackedDotKernel(std::unique_ptr<OneDnnPackedMatmul> matmul)
      : matmul_(std::move(matmul)) {}
  int64_t workspace_nbytes() const override { return matmul_->workspace_nbytes(); }
  absl::Status Run(const KernelArgs& args) const override {
    return matmul_->Run(args.operands[0], args.operands[1], args.results[0], args.workspace);
  }

 private:
  const std::unique_ptr<OneDnnPackedMatmul> matmul_;
};

template <typename K>
std::unique_ptr<Kernel> MakePacked(const KernelRequest& request) {
  auto matmul = MakeOneDnnPackedMatmul(SpecOf(request.attrs.As<PackedDotAttrs>()));
  return matmul == nullptr ? nullptr : std::make_unique<K>(std::move(matmul));
}

}  // namespace

absl::StatusOr<ir::Graph> PackInvariants(const ir::Graph& graph) {
  const bool has_control_flow =
      std::any_of(graph.nodes().begin(), graph.nodes().end(),
                  [](const ir::Node& node) { return node.op->is_control_flow(); });
  if (!has_control_flow) return graph;
  ASSIGN_OR_RETURN(const ir::Graph packed, transform::OnEveryGraph(graph, PackIn));
  return transform::Dce(packed);
}

void RegisterPackedDot(KernelRegistry& registry) {
  registry.Add(kPackMatrix, MakePacked<PackMatrixKernel>);
  registry.Add(kPackedDot, MakePacked<PackedDotKernel>);
}

}  // namespace tricorn::backend::cpu
