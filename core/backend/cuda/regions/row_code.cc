#include "core/backend/cuda/regions/row_code.h"

#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/fold_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/regions/row_loop.h"
#include "core/base/status.h"
#include "core/ir/builder.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"
#include "core/transform/fusion/row_form.h"

namespace tricorn::backend::cuda {
namespace {

using ir::ValueId;

std::vector<int64_t> From(const std::vector<int64_t>& all, int64_t axis) {
  return {all.begin() + axis, all.end()};
}
std::vector<int64_t> Until(const std::vector<int64_t>& all, int64_t axis) {
  return {all.begin(), all.begin() + axis};
}

// A view's strides along the axes within a row, and along those that number rows.
IndexCode Within(const Shape& shape, int64_t axis, const Access& access) {
  return IndexCode(Shape(From(shape.dims(), axis)), {From(access.strides, axis)});
}
IndexCode Across(const Shape& shape, int64_t axis, const Access& access) {
  return IndexCode(Shape(Until(shape.dims(), axis)), {Until(access.strides, axis)});
}

}  // namespace

RowCode::RowCode(const transform::FusedRowsAttrs& attrs, const ir::Graph& region, bool is_aligned)
    : region_(region),
      shape_(attrs.shape),
      axis_(attrs.axis),
      num_rows_(transform::RowForm{attrs.shape, attrs.axis}.num_rows()),
      row_length_(transform::RowForm{attrs.shape, attrs.axis}.row_length()),
      is_aligned_(is_aligned),
      parts_(region.values().size(), Part::kSource),
      levels_(region.values().size(), 0) {}

// -- What the region holds ------------------------------------------------------------------------

bool RowCode::AddFold(const ir::Node& node) {
  const auto& axes = node.attrs.As<ops::ReduceAttrs>().axes;
  const ValueId operand = node.operands[0], result = node.results[0];
  const auto level = static_cast<size_t>(operand);
  const FoldCode code = FoldOf(*node.op, type(operand).dtype);
  const RegionFold fold{.result = result,
                        .operand = operand,
                        .level = levels_[level],
                        .name = code.name,
                        .start = code.start,
                        .wide = std::string(WideName(type(operand).dtype))};
  if (!(type(operand).shape == shape_) || axes.empty()) return false;
  const bool is_of_rows = axes.back() == shape_.rank() - 1;
  if (is_of_rows ? axes.front() != axis_ : axes.back() != axis_ - 1) return false;
  part(result) = is_of_rows ? Part::kPerRow : Part::kColumns;
  (is_of_rows ? row_folds_ : column_folds_).push_back(fold);
  if (is_of_rows) {
    levels_[static_cast<size_t>(result)] = fold.level + 1;
    num_levels_ = std::max(num_levels_, fold.level + 1);
  }
  return true;
}

bool RowCode::Classify() {
  for (const ir::Node& node : region_.nodes()) {
    const ValueId result = node.results[0];
    int& level = levels_[static_cast<size_t>(result)];
    for (const ValueId id : node.operands) {
      level = std::max(level, levels_[static_cast<size_t>(id)]);
    }
    if (ir::ConstantValue(&node) != nullptr || node.op == &ops::kBroadcast || IsGenerator(&node) ||
        node.op == &ops::kReshape) {
      continue;
    }
    if (node.op == &ops::kSum || node.op == &ops::kProd || node.op == &ops::kMax ||
        node.op == &ops::kMin) {
      if (!AddFold(node)) return false;
      continue;
    }
    if (node.op->kind != ir::OpKind::kElementwise) return false;
    if (!IsWhole(result) && type(result).num_elements() != num_rows_) return false;
    part(result) = IsWhole(result) ? Part::kElement : Part::kPerRow;
  }
  return true;
}

// Whether the region reads an input as an array of its own shape.
bool RowCode::IsReadWhole(size_t input) const {
  const ValueId id = region_.inputs()[input].value;
  return IsWhole(id);
}

// Narrows `width` until neighbouring elements of `id` lie together.
bool RowCode::FitWidth(ValueId id, int64_t& width) const {
  const std::optional<Access> access = AccessOf(region_, id);
  if (!access) return false;
  const ir::Node* root = region_.producer(access->root);
  if (root != nullptr) return true;
  const IndexCode within = Within(shape_, axis_, *access);
  if (!within.is_dense(0)) return true;  // one for the row, or read element by element
  for (int64_t k = 0; k < axis_; ++k) {
    while (access->strides[static_cast<size_t>(k)] % width != 0) width /= 2;
  }
  return true;
}

RowDemand RowCode::Demand() {
  RowDemand demand{.num_rows = num_rows_,
                   .row_length = row_length_,
                   .max_width = is_aligned_ ? 8 : 1,
                   .num_column_folds = static_cast<int>(column_folds_.size()),
                   .folds_rows = !row_folds_.empty(),
                   .has_elements = !row_folds_.empty() || !column_folds_.empty()};
  int64_t smallest = 8;
  const auto consider = [&](ValueId id) {
    if (!IsWhole(id)) return;
    demand.has_elements = true;
    smallest = std::min(smallest, SizeOf(type(id).dtype));
  };
  for (size_t i = 0; i < region_.inputs().size(); ++i) {
    const ValueId id = region_.inputs()[i].value;
    consider(id);
    if (!IsReadWhole(i)) continue;
    ++demand.num_arrays;
    demand.array_nbytes += SizeOf(type(id).dtype);
    reads_half_ = reads_half_ || (IsFloating(type(id).dtype) && SizeOf(type(id).dtype) == 2);
  }
  for (const ir::NamedValue& output : region_.outputs()) {
    if (part(output.value) != Part::kColumns) consider(output.value);
  }
  demand.max_width = std::min(demand.max_width, 16 / smallest);
  while (row_length_ % demand.max_width != 0) demand.max_width /= 2;
  for (const ir::Node& node : region_.nodes()) {
    for (const ValueId id : node.operands) {
      if (type(id).shape == shape_) FitWidth(id, demand.max_width);
    }
  }
  return demand;
}

std::vector<bool> RowCode::ReadInPlace() const {
  std::vector<bool> in_place;
  for (size_t i = 0; i < region_.inputs().size(); ++i) {
    in_place.push_back(IsReadWhole(i) && !read_otherwise_.contains(i) &&
                       layout_.keep != RowLayout::Keep::kNowhere);
  }
  return in_place;
}

// -- Values ---------------------------------------------------------------------------------------

std::string RowCode::InputName(ValueId input) const {
  return fmt::format("x{}", region_.values()[static_cast<size_t>(input)].index);
}

void RowCode::Define(std::string& code, ValueId id, const std::string& expression) {
  code += fmt::format("const {} v{} = {};\n", WideName(type(id).dtype), id, expression);
  (&code == &row_ ? row_names_ : element_names_).insert(id);
}

// The variable that holds the number of `id` for the row or the element in hand; empty when there
// is no code for it.
std::string RowCode::Name(ValueId id) {
  const std::string name = fmt::format("v{}", id);
  if (row_names_.contains(id) || element_names_.contains(id)) return name;
  const std::optional<Access> access = AccessOf(region_, id);
  if (!access) return "";
  const ir::Node* root = region_.producer(access->root);
  if (const Tensor* value = ir::ConstantValue(root)) {
    Define(row_, id, fmt::format("Widen({})", Literal(*value)));
    return name;
  }
  if (root != nullptr && !IsGenerator(root)) {
    if (access->root != id) return Name(access->root);
    const bool is_element = part(id) == Part::kElement;
    return ComputeNode(is_element ? element_ : row_, *root) ? name : "";
  }
  if (IsWhole(id)) {
    ReadElement(id, *access, root);
  } else {
    ReadPerRow(id, *access, root);
  }
  return name;
}

bool RowCode::ComputeNode(std::string& code, const ir::Node& node) {
  const ValueId result = node.results[0];
  std::vector<std::string> operands;
  for (const ValueId id : node.operands) {
    operands.push_back(Name(id));
    if (operands.back().empty()) return false;
  }
  std::optional<std::string> expression;
  if (node.op == &ops::kDivide && part(result) == Part::kElement &&
      IsFloating(type(result).dtype) && !UniformNumber(region_, node.operands[1])) {
    if (const std::string reciprocal = Reciprocal(node.operands[1]); !reciprocal.empty()) {
      expression = fmt::format("{} * {}", operands[0], reciprocal);
    }
  }
  // What half precision was given is not worth more than the hardware's exponential.
  if (node.op == &ops::kExp && reads_half_ && type(result).dtype == DType::kF32) {
    expression = fmt::format("__expf({})", operands[0]);
  }
  if (!expression) expression = ElementExpression(region_, node, operands);
  if (expression) Define(code, result, *expression);
  return expression.has_value();
}

// The reciprocal of a number that the whole row is divided by; empty if it is none.
std::string RowCode::Reciprocal(ValueId divisor) {
  const std::string operand = Name(divisor);
  const std::optional<Access> access = AccessOf(region_, divisor);
  const bool is_per_row = row_names_.contains(divisor) ||
                          (access && access->root != divisor && row_names_.contains(access->root));
  if (!is_per_row) return "";
  auto [it, is_new] = reciprocals_.try_emplace(divisor, fmt::format("reciprocal{}", divisor));
  if (is_new) {
    row_ += fmt::format("const {0} {1} = {0}(1) / {2};\n", WideName(type(divisor).dtype),
                        it->second, operand);
  }
  return it->second;
}

std::string RowCode::KeyOf(const ir::Node& generator) {
  if (generator.op != &ops::kRandomBits) return "";
  read_otherwise_.insert(
      static_cast<size_t>(region_.values()[static_cast<size_t>(generator.operands[0])].index));
  return InputName(generator.operands[0]);
}

void RowCode::ReadElement(ValueId id, const Access& access, const ir::Node* generator) {
  const IndexCode within = Within(shape_, axis_, access);
  const IndexCode across = Across(shape_, axis_, access);
  const IndexCode whole(shape_, {access.strides});
  const std::string at = fmt::format("at{}", id);
  if (generator != nullptr) {
    if (generator->op == &ops::kIota && whole.is_dense(0) && axis_ == shape_.rank() - 1 &&
        generator->attrs.As<ops::IotaAttrs>().axis == axis_ && type(id).shape == shape_) {
      const std::string_view dtype = TypeName(type(id).dtype);
      Define(element_, id, fmt::format("Convert<{0}, Index>::Of(col + e)", dtype));
      return;
    }
    const std::string key = KeyOf(*generator);
    if (generator->op == &ops::kRandomBits && whole.is_dense(0) && layout_.width % 4 == 0) {
      // Four words a counter.
      chunk_ += fmt::format(
          "Words words{0}[{1}];\n#pragma unroll\nfor (int q = 0; q < {1}; ++q) {{\n"
          "words{0}[q] = Philox({2}[0], {2}[1], u64(row * {3} + col) / 4 + q);\n}}\n",
          id, layout_.width / 4, key, row_length_);
      Define(element_, id, fmt::format("words{}[e / 4].w[e % 4]", id));
      return;
    }
    element_ += whole.Code(fmt::format("row * {} + col + e", row_length_), {at});
    Define(element_, id, fmt::format("Widen({})", GeneratedElement(region_, *generator, at, key)));
    return;
  }
  const std::string from = InputName(access.root);
  if (IsWhole(access.root) && whole.is_dense(0)) {
    // Held, or read again in each pass.
    const auto input = region_.values()[static_cast<size_t>(access.root)].index;
    if (layout_.keep == RowLayout::Keep::kRegisters) {
      Define(element_, id, fmt::format("Widen(held{}[k].at[e])", input));
      return;
    }
    const bool is_shared = layout_.keep == RowLayout::Keep::kShared;
    chunk_ += fmt::format(
        "const auto p{} = Load<{}>({});\n", id, layout_.width,
        is_shared ? fmt::format("held{} + (k * {} + t) * {}", input, layout_.lanes, layout_.width)
                  : fmt::format("{} + row * {} + col", from, row_length_));
    Define(element_, id, fmt::format("Widen(p{}.at[e])", id));
    return;
  }
  read_otherwise_.insert(
      static_cast<size_t>(region_.values()[static_cast<size_t>(access.root)].index));
  const std::string base = fmt::format("base{}", id);
  if (within.is_constant(0)) {  // one number a row
    row_ += across.Code("row", {base});
    Define(row_, id, fmt::format("Widen({}[{}])", from, base));
  } else if (within.is_dense(0)) {
    chunk_ += across.Code("row", {base});
    chunk_ +=
        fmt::format("const auto p{} = Load<{}>({} + {} + col);\n", id, layout_.width, from, base);
    Define(element_, id, fmt::format("Widen(p{}.at[e])", id));
  } else {
    element_ += whole.Code(fmt::format("row * {} + col + e", row_length_), {at});
    Define(element_, id, fmt::format("Widen({}[{}])", from, at));
  }
}

void RowCode::ReadPerRow(ValueId id, const Access& access, const ir::Node* generator) {
  const std::string at = fmt::format("at{}", id);
  row_ += IndexCode(type(id).shape, {access.strides}).Code("row", {at});
  if (generator != nullptr) {
    Define(row_, id,
           fmt::format("Widen({})", GeneratedElement(region_, *generator, at, KeyOf(*generator))));
    return;
  }
  read_otherwise_.insert(
      static_cast<size_t>(region_.values()[static_cast<size_t>(access.root)].index));
  Define(row_, id, fmt::format("Widen({}[{}])", InputName(access.root), at));
}

// -- A row ----------------------------------------------------------------------------------------

std::string RowCode::Loads() const {
  if (layout_.keep == RowLayout::Keep::kNowhere || layout_.chunks == 0) return "";
  std::string declarations, loads;
  int64_t offset = 0;
  for (size_t i = 0; i < region_.inputs().size(); ++i) {
    if (!IsReadWhole(i)) continue;
    const DType dtype = type(region_.inputs()[i].value).dtype;
    const std::string from = fmt::format("x{} + row * {} + col", i, row_length_);
    if (layout_.keep == RowLayout::Keep::kRegisters) {
      declarations += fmt::format("Vector<{}, {}> held{}[{}];\n", TypeName(dtype), layout_.width, i,
                                  layout_.chunks);
      loads += fmt::format("held{}[k] = Load<{}>({});\n", i, layout_.width, from);
      continue;
    }
    declarations +=
        fmt::format("{0}* const held{1} = ({0}*)(row_shared + {2});\n", TypeName(dtype), i, offset);
    loads += fmt::format("CopyToShared<{0}>({1}, held{2} + (k * {3} + t) * {0});\n", layout_.width,
                         from, i, layout_.lanes);
    offset += int64_t{layout_.lanes} * layout_.chunks * layout_.width * SizeOf(dtype);
  }
  if (loads.empty()) return "";
  const bool is_shared = layout_.keep == RowLayout::Keep::kShared;
  return declarations + ChunkLoop(layout_, row_length_, "", loads) +
         (is_shared ? "WaitForCopies();\n" : "");
}

// Folds whose operands wait for `level` folds before them.
bool RowCode::WritePass(int level) {
  std::vector<const RegionFold*> folds;
  for (const RegionFold& fold : row_folds_) {
    if (fold.level == level) folds.push_back(&fold);
  }
  if (folds.empty()) return true;
  std::string starts, steps, lanes, leaders, gathers;
  const int warps = layout_.lanes / 32;
  for (const RegionFold* fold : folds) {
    const std::string operand = Name(fold->operand);
    if (operand.empty()) return false;
    starts += fmt::format("{} fold{} = {};\n", fold->wide, fold->result, fold->start);
    steps += fmt::format("fold{0} = {1}::Of(fold{0}, {2}(Widen({3})));\n", fold->result, fold->name,
                         fold->wide, operand);
    lanes += fmt::format("fold{0} = FoldLanes<{1}, {2}>(fold{0});\n", fold->result, fold->name,
                         std::min(layout_.lanes, 32));
    if (layout_.lanes > 32) {
      shared_ += fmt::format("__shared__ {} warps{}[{}];\n", fold->wide, fold->result,
                             warps * layout_.slots);
      leaders += fmt::format("warps{0}[threadIdx.x / 32] = fold{0};\n", fold->result);
      gathers += fmt::format("fold{0} = FoldShared<{1}, {2}>(warps{0} + slot * {2});\n",
                             fold->result, fold->name, warps);
    }
  }
  const std::string loop =
      fmt::format("{}#pragma unroll\nfor (int e = 0; e < {}; ++e) {{\n{}{}}}\n", chunk_,
                  layout_.width, element_, steps);
  body_ += row_ + starts + ChunkLoop(layout_, row_length_, "", loop) + lanes;
  if (layout_.lanes > 32) {
    body_ += fmt::format("if (t % 32 == 0) {{\n{}}}\n__syncthreads();\n{}", leaders, gathers);
  }
  row_.clear();
  chunk_.clear();
  element_.clear();
  element_names_.clear();
  for (const RegionFold* fold : folds) {
    Define(row_, fold->result, fmt::format("fold{}", fold->result));
  }
  return true;
}

bool RowCode::WriteResults() {
  std::string declarations, keeps, stores, per_row;
  for (size_t o = 0; o < region_.outputs().size(); ++o) {
    const ValueId id = region_.outputs()[o].value;
    if (part(id) == Part::kColumns) continue;
    const std::string name = Name(id);
    if (name.empty()) return false;
    if (!IsWhole(id)) {
      per_row += fmt::format("y{}[row] = Narrow<{}>::Of({});\n", o, TypeName(type(id).dtype), name);
      continue;
    }
    declarations +=
        fmt::format("Vector<{}, {}> r{};\n", TypeName(type(id).dtype), layout_.width, o);
    keeps += fmt::format("r{}.at[e] = Narrow<{}>::Of({});\n", o, TypeName(type(id).dtype), name);
    stores += fmt::format("Store(r{0}, y{0} + row * {1} + col);\n", o, row_length_);
  }
  for (const RegionFold& fold : column_folds_) {
    const std::string operand = Name(fold.operand);
    if (operand.empty()) return false;
    keeps += fmt::format(
        "column{0}[k * {1} + e] = {2}::Of(column{0}[k * {1} + e], "
        "{3}(Widen({4})));\n",
        fold.result, layout_.width, fold.name, fold.wide, operand);
  }
  body_ += row_;
  if (!keeps.empty()) {
    body_ += ChunkLoop(layout_, row_length_, "is_row",
                       fmt::format("{}{}#pragma unroll\nfor (int e = 0; e < {}; ++e) "
                                   "{{\n{}{}}}\n{}",
                                   chunk_, declarations, layout_.width, element_, keeps, stores));
  }
  if (!per_row.empty()) {
    body_ += fmt::format("if (is_row && t == 0{}) {{\n{}}}\n",
                         layout_.column_blocks > 1 ? " && blockIdx.y == 0" : "", per_row);
  }
  return true;
}

// -- All rows -------------------------------------------------------------------------------------

void RowCode::FinishStages(const std::string& row) {
  const int64_t slots = layout_.slots;
  const int64_t step = layout_.row_blocks * slots;
  const bool loops = step < num_rows_;
  const std::string place = fmt::format(
      "const bool is_row = first + slot < {0};\n"
      "const Index row = is_row ? first + slot : Index({0} - 1);\n",
      num_rows_);
  int64_t largest = num_rows_ * row_length_ + step;
  for (const ir::NamedValue& input : region_.inputs()) {
    largest = std::max(largest, type(input.value).num_elements());
  }
  std::string code = fmt::format(
      "typedef {} Index;\n{}const int t = threadIdx.x % {};\nconst int slot = threadIdx.x / {};\n"
      "const Index first_column = Index(blockIdx.y) * {};\n{}",
      IndexType(largest), shared_, layout_.lanes, layout_.lanes,
      int64_t{layout_.lanes} * layout_.chunks * layout_.width,
      ColumnAccumulators(column_folds_, layout_));
  const std::string start = fmt::format("Index(blockIdx.x) * {}", slots);
  if (loops) {
    // The folds of one row are read before those of the next are written.
    const bool shares = layout_.lanes > 32 && !row_folds_.empty();
    // A block of few columns has several rows on their way at a time.
    const bool unrolls = row_folds_.empty() && layout_.chunks == 1 && layout_.row_blocks == 1;
    code += fmt::format("{}for (Index first = {}; first < {}; first += {}) {{\n{}{}{}}}\n",
                        unrolls ? "#pragma unroll 4\n" : "", start, num_rows_, step, place, row,
                        shares ? "__syncthreads();\n" : "");
  } else {
    code += fmt::format("{{\nconst Index first = {};\n{}{}}}\n", start, place, row);
  }
  code += FoldOfSlots(column_folds_, layout_, row_length_);
  const bool is_shared = layout_.keep == RowLayout::Keep::kShared;
  int64_t shared_nbytes = 0;
  for (size_t i = 0; is_shared && i < region_.inputs().size(); ++i) {
    if (!IsReadWhole(i)) continue;
    shared_nbytes += int64_t{layout_.lanes} * layout_.chunks * layout_.width *
                     SizeOf(type(region_.inputs()[i].value).dtype);
  }
  stages_.push_back({code,
                     {.blocks = layout_.row_blocks,
                      .threads = layout_.threads(),
                      .blocks_y = layout_.column_blocks,
                      .shared_nbytes = shared_nbytes}});
  if (column_folds_.empty() || layout_.row_blocks == 1) return;
  stages_.push_back({FoldOfBlocks(column_folds_, layout_, row_length_),
                     {.blocks = (row_length_ + 31) / 32,
                      .blocks_y = static_cast<int64_t>(column_folds_.size())}});
}

bool RowCode::Write() {
  if (!Classify()) return false;
  layout_ = LayoutFor(Demand());
  for (RegionFold& fold : column_folds_) {
    for (size_t o = 0; o < region_.outputs().size(); ++o) {
      if (region_.outputs()[o].value != fold.result) continue;
      fold.stored = fmt::format("y{}[col{}] = Narrow<{}>::Of(sum);\n", o, "{}",
                                TypeName(type(fold.result).dtype));
    }
    fold.partial_offset = workspace_nbytes_;
    const int64_t wide = std::max<int64_t>(SizeOf(type(fold.operand).dtype), 4);
    workspace_nbytes_ += (layout_.row_blocks * row_length_ * wide + 63) / 64 * 64;
  }
  if (layout_.row_blocks == 1) workspace_nbytes_ = 0;
  if (layout_.keep == RowLayout::Keep::kShared) {
    shared_ += "extern __shared__ __align__(16) u8 row_shared[];\n";
  }
  body_ = Loads();
  for (int level = 0; level < num_levels_; ++level) {
    if (!WritePass(level)) return false;
  }
  if (!WriteResults()) return false;
  FinishStages(body_);
  return true;
}

}  // namespace tricorn::backend::cuda
