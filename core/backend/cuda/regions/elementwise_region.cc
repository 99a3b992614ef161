#include "core/backend/cuda/regions/elementwise_region.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/regions/channel_region.h"
#include "core/backend/cuda/regions/region_access.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/random/random.h"
#include "core/ops/registry.h"
#include "core/ops/shape/shape.h"
#include "core/transform/fusion/fuse_elementwise.h"

namespace tricorn::backend::cuda {
namespace {

// How many neighbouring elements a thread computes: 16 bytes of the widest values.
int WidthOf(const KernelRequest& request) {
  int64_t widest = 2;
  for (const ir::Type& type : request.operands) widest = std::max(widest, SizeOf(type.dtype));
  for (const ir::Type& type : request.results) widest = std::max(widest, SizeOf(type.dtype));
  return static_cast<int>(16 / widest);
}

// The code that computes the elements of a region's outputs.
class RegionCode {
 public:
  RegionCode(const ir::Graph& region, int width)
      : region_(region),
        width_(width),
        shape_(region.type(region.outputs()[0].value).shape),
        views_(region.values().size()),
        loaded_(region.inputs().size(), false),
        repeated_(region.inputs().size(), false) {}

  // False when an op has no scalar function.
  bool Write() {
    for (size_t i = 0; i < region_.inputs().size(); ++i) {
      const ir::ValueId id = region_.inputs()[i].value;
      view(id) = {.operand = static_cast<int>(i), .strides = region_.type(id).shape.Strides()};
    }
    for (const ir::Node& node : region_.nodes()) {
      if (const Tensor* value = ir::ConstantValue(&node)) {
        // Read by broadcasts, which give it their shape, or directly when all are scalars.
        Define(node.results[0], fmt::format("Widen({})", Literal(*value)));
      } else if (node.op == &ops::kBroadcast) {
        Broadcast(node);
      } else if (IsGenerator(&node)) {
        const ir::ValueId id = node.results[0];
        view(id) = {.generator = &node, .strides = region_.type(id).shape.Strides()};
      } else if (!Compute(node)) {
        return false;
      }
    }
    for (size_t o = 0; o < region_.outputs().size(); ++o) {
      const ir::ValueId id = region_.outputs()[o].value;
      code_.elements.push_back(
          fmt::format("Narrow<{}>::Of({})", TypeName(region_.type(id).dtype), Name(id)));
    }
    return true;
  }

  const VectorCode& code() const { return code_; }
  int64_t num_elements() const { return shape_.num_elements(); }
  // By operand: read only at the element itself.
  std::vector<bool> ReadInPlace() const {
    std::vector<bool> in_place;
    for (const bool repeated : repeated_) in_place.push_back(!repeated);
    return in_place;
  }

 private:
  // A value whose elements are an operand's or a generator's, not yet loaded.
  struct View {
    int operand = -1;
    const ir::Node* generator = nullptr;
    std::vector<int64_t> strides;
    bool is_defined = false;
  };

  View& view(ir::ValueId id) { return views_[static_cast<size_t>(id)]; }

  void Define(ir::ValueId id, const std::string& expression) {
    code_.compute +=
        fmt::format("const {} v{} = {};\n", WideName(region_.type(id).dtype), id, expression);
    view(id).is_defined = true;
  }

  // The variable that holds the element of `id`; loads it when it is the first to ask.
  std::string Name(ir::ValueId id) {
    if (!view(id).is_defined) Load(id);
    return fmt::format("v{}", id);
  }

  void Load(ir::ValueId id) {
    if (view(id).generator != nullptr) {
      Generate(id);
      return;
    }
    const int operand = view(id).operand;
    const auto at_operand = static_cast<size_t>(operand);
    const IndexCode index(shape_, {view(id).strides});
    if (index.is_dense(0)) {
      if (!loaded_[at_operand]) {
        code_.loads +=
            fmt::format("const auto q{0} = Load<{1}>(x{0} + first, left);\n", operand, width_);
        loaded_[at_operand] = true;
      }
      Define(id, fmt::format("Widen(q{}.at[u])", operand));
      return;
    }
    repeated_[at_operand] = true;
    const IndexCode::Innermost innermost = index.innermost(0);
    const std::string at = fmt::format("at{}", id);
    if (index.is_constant(0)) {
      code_.loads += fmt::format("const auto once{} = x{}[0];\n", id, operand);
      Define(id, fmt::format("Widen(once{})", id));
    } else if (innermost.length % width_ != 0) {
      code_.compute += index.Code("i", {at});
      Define(id, fmt::format("Widen(x{}[{}])", operand, at));
    } else {
      // A thread's elements lie in one row.
      code_.loads += index.Code("first", {at});
      DefineInRow(id, operand, at, innermost.stride);
    }
  }

  void Generate(ir::ValueId id) {
    const ir::Node& node = *view(id).generator;
    const bool is_random = node.op == &ops::kRandomBits;
    const int key = is_random ? view(node.operands[0]).operand : -1;
    if (is_random) repeated_[static_cast<size_t>(key)] = true;
    const IndexCode index(shape_, {view(id).strides});
    if (is_random && index.is_dense(0) && width_ % 4 == 0) {
      // Four words a counter.
      code_.loads += fmt::format(
          "Words words{0}[{1}];\n#pragma unroll\nfor (int q = 0; q < {1}; ++q) {{\n"
          "words{0}[q] = Philox(x{2}[0], x{2}[1], u64(first) / 4 + q);\n}}\n",
          id, width_ / 4, key);
      Define(id, fmt::format("words{}[u / 4].w[u % 4]", id));
      return;
    }
    const std::string at = index.is_dense(0) ? "i" : fmt::format("at{}", id);
    if (!index.is_dense(0)) code_.compute += index.Code("i", {at});
    Define(id,
           fmt::format("Widen({})", GeneratedElement(region_, node, at, fmt::format("x{}", key))));
  }

  void DefineInRow(ir::ValueId id, int operand, const std::string& at, int64_t stride) {
    if (stride == 0) {
      code_.loads += fmt::format("const auto once{} = x{}[{}];\n", id, operand, at);
      Define(id, fmt::format("Widen(once{})", id));
    } else if (stride == 1) {
      code_.loads +=
          fmt::format("const auto row{} = Load<{}>(x{} + {}, left);\n", id, width_, operand, at);
      Define(id, fmt::format("Widen(row{}.at[u])", id));
    } else {
      Define(id, fmt::format("Widen(x{}[{} + u * {}])", operand, at, stride));
    }
  }

  void Broadcast(const ir::Node& node) {
    const ir::ValueId from = node.operands[0];
    if (view(from).is_defined) {  // a constant
      Define(node.results[0], Name(from));
      return;
    }
    const auto& attrs = node.attrs.As<ops::BroadcastAttrs>();
    const Shape& from_shape = region_.type(from).shape;
    View to{.operand = view(from).operand,
            .generator = view(from).generator,
            .strides = std::vector<int64_t>(static_cast<size_t>(attrs.shape.rank()), 0)};
    for (size_t k = 0; k < attrs.axes.size(); ++k) {
      if (from_shape[static_cast<int>(k)] == 1) continue;
      to.strides[static_cast<size_t>(attrs.axes[k])] = view(from).strides[k];
    }
    view(node.results[0]) = std::move(to);
  }

  bool Compute(const ir::Node& node) {
    const auto expression =
        ElementExpression(region_, node, [this](ir::ValueId id) { return Name(id); });
    if (expression) Define(node.results[0], *expression);
    return expression.has_value();
  }

  const ir::Graph& region_;
  const int width_;
  const Shape shape_;
  std::vector<View> views_;     // by value
  std::vector<bool> loaded_;    // by operand: its own elements
  std::vector<bool> repeated_;  // by operand: also read elsewhere than at the element itself
  VectorCode code_;
};

std::unique_ptr<Kernel> MakeRegionKernel(const KernelRequest& request, const ir::Graph& region) {
  if (auto of_channels = MakeChannelRegion(request, region)) return of_channels;
  const int width = WidthOf(request);
  RegionCode code(region, width);
  if (!code.Write()) return nullptr;
  return MakeVectorKernel(request, code.num_elements(), width, code.code(), code.ReadInPlace());
}

std::unique_ptr<Kernel> MakeFused(const KernelRequest& request) {
  return MakeRegionKernel(request, *request.regions[0]);
}

// A node of its own, as a region of one node.
std::unique_ptr<Kernel> MakeSingle(const KernelRequest& request) {
  ir::Builder builder;
  ir::Values operands;
  for (size_t i = 0; i < request.operands.size(); ++i) {
    operands.push_back(builder.Input(fmt::format("x{}", i), request.operands[i]));
  }
  const ir::Value result = builder.Add(request.op, operands, request.attrs);
  const absl::StatusOr<ir::Graph> region = builder.Finish({{"y", result}});
  return region.ok() ? MakeRegionKernel(request, *region) : nullptr;
}

}  // namespace

void RegisterElementwise(KernelRegistry& registry) {
  registry.Add(transform::kFusedElementwise, MakeFused);
  for (const ir::OpDef* op : BuiltinOps().All()) {
    if (op->kind == ir::OpKind::kElementwise) registry.Add(*op, MakeSingle);
  }
}

}  // namespace tricorn::backend::cuda
