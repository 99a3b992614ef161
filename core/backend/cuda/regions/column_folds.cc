#include "core/backend/cuda/regions/column_folds.h"

#include <fmt/core.h>

#include "core/backend/cuda/regions/row_loop.h"

namespace tricorn::backend::cuda {
namespace {

// More slots than that fold their columns as a tree, where shared memory has room for it.
constexpr int kFewSlots = 8;
constexpr int64_t kTreeNbytes = 20 << 10;
constexpr int64_t kWideNbytes = 4;  // of most

// Writes the folds of a block's slots.
class SlotFolds {
 public:
  SlotFolds(const RowLayout& layout, int64_t row_length, size_t count)
      : layout_(layout),
        row_length_(row_length),
        is_tree_(layout.slots > kFewSlots && layout.chunks == 1 &&
                 static_cast<int64_t>(count) * layout.threads() * layout.width * kWideNbytes <=
                     kTreeNbytes) {}

  std::string Code(const RegionFold& fold) const {
    if (layout_.slots == 1) return Stores(fold, Own(fold));
    return is_tree_ ? Tree(fold) : InTurn(fold);
  }

 private:
  std::string Each() const {
    return fmt::format("#pragma unroll\nfor (int e = 0; e < {}; ++e) {{\n", layout_.width);
  }
  std::string Own(const RegionFold& fold) const {
    return fmt::format("column{}[k * {} + e]", fold.result, layout_.width);
  }
  // The sums, where expression `sum` is the one of column col + e.
  std::string Stores(const RegionFold& fold, const std::string& sum) const {
    const std::string store =
        layout_.row_blocks == 1
            ? fmt::format(fmt::runtime(fold.stored), " + e")
            : fmt::format("(({}*)(workspace + {}))[Index(blockIdx.x) * {} + col + e] = sum;\n",
                          fold.wide, fold.partial_offset, row_length_);
    return ChunkLoop(layout_, row_length_, "",
                     fmt::format("{}const {} sum = {};\n{}}}\n", Each(), fold.wide, sum, store));
  }
  // Half of the slots take in the other half's, again and again.
  std::string Tree(const RegionFold& fold) const {
    int half = 1;
    while (half * 2 < layout_.slots) half *= 2;
    const std::string place =
        fmt::format("slots[(slot * {0} + t) * {1} + e]", layout_.lanes, layout_.width);
    return fmt::format(
        "{{\n__shared__ {wide} slots[{size}];\n{each}{place} = {own};\n}}\n__syncthreads();\n"
        "for (int half = {half}; half > 0; half /= 2) {{\n"
        "if (slot < half && slot + half < {slots}) {{\n{each}"
        "{place} = {fold}::Of({place}, slots[((slot + half) * {lanes} + t) * {width} + e]);\n"
        "}}\n}}\n__syncthreads();\n}}\nif (slot == 0) {{\n{stores}}}\n}}\n",
        fmt::arg("wide", fold.wide), fmt::arg("size", layout_.threads() * layout_.width),
        fmt::arg("each", Each()), fmt::arg("place", place),
        fmt::arg("own", fmt::format("column{}[e]", fold.result)), fmt::arg("half", half),
        fmt::arg("slots", layout_.slots), fmt::arg("fold", fold.name),
        fmt::arg("lanes", layout_.lanes), fmt::arg("width", layout_.width),
        fmt::arg("stores", Stores(fold, place)));
  }
  // Slot after slot.
  std::string InTurn(const RegionFold& fold) const {
    const std::string place =
        fmt::format("slots[(k * {} + t) * {} + e]", layout_.lanes, layout_.width);
    const std::string step = fmt::format("{0}{1} = s == 0 ? {2} : {3}::Of({1}, {2});\n}}\n", Each(),
                                         place, Own(fold), fold.name);
    return fmt::format(
        "{{\n__shared__ {} slots[{}];\nfor (int s = 0; s < {}; ++s) {{\nif (slot == s) {{\n{}}}\n"
        "__syncthreads();\n}}\nif (slot == 0) {{\n{}}}\n}}\n",
        fold.wide, layout_.lanes * layout_.chunks * layout_.width, layout_.slots,
        ChunkLoop(layout_, row_length_, "", step), Stores(fold, place));
  }

  const RowLayout& layout_;
  const int64_t row_length_;
  const bool is_tree_;
};

}  // namespace

std::string ColumnAccumulators(std::span<const RegionFold> folds, const RowLayout& layout) {
  std::string code;
  for (const RegionFold& fold : folds) {
    code +=
        fmt::format("{} column{}[{}];\n#pragma unroll\nfor (auto& c : column{}) c = {};\n",
                    fold.wide, fold.result, layout.chunks * layout.width, fold.result, fold.start);
  }
  return code;
}

std::string FoldOfSlots(std::span<const RegionFold> folds, const RowLayout& layout,
                        int64_t row_length) {
  const SlotFolds slots(layout, row_length, folds.size());
  std::string code;
  for (const RegionFold& fold : folds) code += slots.Code(fold);
  return code;
}

// 32 columns a block and eight threads each, which take every eighth block's part.
std::string FoldOfBlocks(std::span<const RegionFold> folds, const RowLayout& layout,
                         int64_t row_length) {
  std::string code = fmt::format(
      "typedef i64 Index;\nconst Index col = Index(blockIdx.x) * 32 + threadIdx.x % 32;\n"
      "const int lane = threadIdx.x / 32;\n");
  for (size_t f = 0; f < folds.size(); ++f) {
    const RegionFold& fold = folds[f];
    code += fmt::format(
        "if (blockIdx.y == {number}) {{\n__shared__ {wide} shared[256];\n{wide} sum = {start};\n"
        "const {wide}* from = (const {wide}*)(workspace + {offset});\n"
        "if (col < {length}) {{\n#pragma unroll 8\nfor (int b = lane; b < {blocks}; b += 8) "
        "sum = {fold}::Of(sum, from[b * Index({length}) + col]);\n}}\n"
        "shared[threadIdx.x] = sum;\n__syncthreads();\n"
        "if (lane == 0 && col < {length}) {{\n"
        "for (int l = 1; l < 8; ++l) sum = {fold}::Of(sum, shared[l * 32 + threadIdx.x]);\n"
        "{store}}}\n}}\n",
        fmt::arg("number", f), fmt::arg("wide", fold.wide), fmt::arg("start", fold.start),
        fmt::arg("offset", fold.partial_offset), fmt::arg("length", row_length),
        fmt::arg("blocks", layout.row_blocks), fmt::arg("fold", fold.name),
        fmt::arg("store", fmt::format(fmt::runtime(fold.stored), "")));
  }
  return code;
}

}  // namespace tricorn::backend::cuda
