#include "core/backend/cuda/regions/channel_region.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/backend/cuda/regions/region_access.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kLanes = 32;               // most threads side by side along the channels
constexpr int kLoads = 8;                // that a thread has under way
constexpr int kTurns = 4;                // times that a thread does so, where there is enough to do
constexpr int64_t kBlocksWanted = 1056;  // eight for each multiprocessor of an H100
constexpr int64_t kLarge = 1 << 18;      // elements

class ChannelCode {
 public:
  ChannelCode(const ir::Graph& region, int width)
      : region_(region), width_(width), shape_(region.type(region.outputs()[0].value).shape) {
    for (const ir::NamedValue& input : region.inputs()) {
      is_array_.push_back(region.type(input.value).shape == shape_);
    }
  }

  // False when it is no such region.
  bool Write() {
    for (const ir::Node& node : region_.nodes()) {
      if (const Tensor* value = ir::ConstantValue(&node)) {
        if (value->num_elements() != 1) return false;
      } else if (node.op != &ops::kBroadcast && !Compute(node)) {
        return false;
      }
    }
    for (size_t o = 0; o < region_.outputs().size(); ++o) {
      const ir::ValueId id = region_.outputs()[o].value;
      const std::optional<std::string> name = Name(id);
      if (!name || region_.type(id).shape != shape_) return false;
      const std::string_view type = TypeName(region_.type(id).dtype);
      results_ += fmt::format("Vector<{}, {}> r{};\n", type, width_, o);
      compute_ += fmt::format("r{}.at[u] = Narrow<{}>::Of({});\n", o, type, *name);
      stores_ += fmt::format("Store(r{0}, y{0} + at);\n", o);
    }
    return has_channels_ && num_arrays() > 0;
  }

  std::unique_ptr<Kernel> Make(const KernelRequest& request) const {
    const int64_t channels = shape_[shape_.rank() - 1];
    const int64_t rows = shape_.num_elements() / channels, groups = channels / width_;
    int lanes = 1;
    while (lanes < kLanes && lanes < groups) lanes *= 2;
    const int lines = kThreads / lanes;
    const int rows_at_once = std::max(kLoads / num_arrays(), 1);
    const int64_t blocks = (groups + lanes - 1) / lanes;
    const int64_t turns = (rows + lines * rows_at_once - 1) / (lines * rows_at_once);
    const int64_t blocks_y = std::min(turns, std::max(turns / kTurns, kBlocksWanted / blocks + 1));
    std::string declare, load;
    for (size_t i = 0; i < is_array_.size(); ++i) {
      if (!is_array_[i]) continue;
      declare += fmt::format("Vector<{}, {}> q{}[kRows];\n", TypeName(request.operands[i].dtype),
                             width_, i);
      load += fmt::format("q{0}[r] = Load<{1}>(x{0} + at);\n", i, width_);
    }
    const std::string loop = fmt::format(
        "#pragma unroll\nfor (int r = 0; r < kRows; ++r) {{\n"
        "const Index row = from + r * {}, at = row * {} + channel;\nif (row >= {}) break;\n",
        lines, channels, rows);
    // All loads come before the first store, which may be to an operand's bytes.
    const std::string body = fmt::format(
        "typedef {index} Index;\nconstexpr int kRows = {at_once};\n"
        "const int lane = threadIdx.x % {lanes}, line = threadIdx.x / {lanes};\n"
        "const Index channel = (Index(blockIdx.x) * {lanes} + lane) * {width};\n"
        "if (channel >= {channels}) return;\n{once}"
        "for (Index from = Index(blockIdx.y) * {step} + line; from < {rows}; "
        "from += {stride}) {{\n{declare}{loop}{load}}}\n"
        "{loop}{results}#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n{compute}}}\n"
        "{stores}}}\n}}\n",
        fmt::arg("index", IndexType((rows + (blocks_y + 1) * lines * rows_at_once) * channels)),
        fmt::arg("at_once", rows_at_once), fmt::arg("lanes", lanes), fmt::arg("width", width_),
        fmt::arg("channels", channels), fmt::arg("once", once_),
        fmt::arg("step", lines * rows_at_once), fmt::arg("stride", blocks_y * lines * rows_at_once),
        fmt::arg("rows", rows), fmt::arg("declare", declare), fmt::arg("loop", loop),
        fmt::arg("load", load), fmt::arg("results", results_), fmt::arg("compute", compute_),
        fmt::arg("stores", stores_));
    return std::make_unique<GeneratedKernel>(
        request,
        std::vector<GeneratedKernel::Stage>{
            {body, {.blocks = blocks, .threads = kThreads, .blocks_y = blocks_y}}},
        0, is_array_);
  }

 private:
  int num_arrays() const {
    return static_cast<int>(std::count(is_array_.begin(), is_array_.end(), true));
  }

  void Define(ir::ValueId id, const std::string& expression) {
    compute_ +=
        fmt::format("const {} v{} = {};\n", WideName(region_.type(id).dtype), id, expression);
    is_defined_[static_cast<size_t>(id)] = true;
  }

  // The variable that holds the element of `id`, loaded when it is the first to ask; none when it
  // is neither an array's nor a channel's.
  std::optional<std::string> Name(ir::ValueId id) {
    std::string name = fmt::format("v{}", id);
    if (is_defined_[static_cast<size_t>(id)]) return name;
    const std::optional<Access> access = AccessOf(region_, id);
    if (!access) return std::nullopt;
    if (const Tensor* value = ir::ConstantValue(region_.producer(access->root))) {
      Define(id, fmt::format("Widen({})", Literal(*value)));
      return name;
    }
    const int64_t operand = OperandOf(access->root);
    if (operand < 0) return std::nullopt;
    if (is_array_[static_cast<size_t>(operand)]) {
      if (access->strides != shape_.Strides()) return std::nullopt;
      Define(id, fmt::format("Widen(q{}[r].at[u])", operand));
    } else if (access->is_uniform()) {
      once_ += fmt::format("const auto once{} = x{}[0];\n", id, operand);
      Define(id, fmt::format("Widen(once{})", id));
    } else if (IsOfChannels(*access)) {
      once_ += fmt::format("const auto row{} = Load<{}>(x{} + channel);\n", id, width_, operand);
      Define(id, fmt::format("Widen(row{}.at[u])", id));
      has_channels_ = true;
    } else {
      return std::nullopt;
    }
    return name;
  }

  static bool IsOfChannels(const Access& access) {
    return access.strides.back() == 1 &&
           std::all_of(access.strides.begin(), access.strides.end() - 1,
                       [](int64_t stride) { return stride == 0; });
  }

  int64_t OperandOf(ir::ValueId id) const {
    for (size_t i = 0; i < region_.inputs().size(); ++i) {
      if (region_.inputs()[i].value == id) return static_cast<int64_t>(i);
    }
    return -1;
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
  std::vector<bool> is_array_;  // by operand
  std::vector<bool> is_defined_ = std::vector<bool>(region_.values().size(), false);
  bool has_channels_ = false;
  std::string once_;     // before the rows
  std::string compute_;  // for each element
  std::string results_, stores_;
};

// How many channels a thread has: 16 bytes of the widest arrays.
int WidthOf(const KernelRequest& request, const Shape& shape) {
  int64_t widest = 2;
  for (const ir::Type& type : request.operands) {
    if (type.shape == shape) widest = std::max(widest, SizeOf(type.dtype));
  }
  for (const ir::Type& type : request.results) widest = std::max(widest, SizeOf(type.dtype));
  return static_cast<int>(16 / widest);
}

}  // namespace

std::unique_ptr<Kernel> MakeChannelRegion(const KernelRequest& request, const ir::Graph& region) {
  const Shape& shape = request.results[0].shape;
  if (!request.is_aligned || shape.rank() < 2 || shape.num_elements() < kLarge) return nullptr;
  const int width = WidthOf(request, shape);
  if (shape[shape.rank() - 1] % width != 0) return nullptr;
  ChannelCode code(region, width);
  return code.Write() ? code.Make(request) : nullptr;
}

}  // namespace tricorn::backend::cuda
