#include "core/backend/cuda/kernel/sorted_folds.h"

#include <vector>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/kernel/sort_code.h"
#include "core/base/status.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kFewUpdates = 32;
constexpr int64_t kMaxUpdates = int64_t{1} << 30;

// The sorted indices in pieces, a block each. The fold of an index that lies within a piece is
// written at once; where one goes on into the next piece, each piece's part goes to the workspace,
// and the parts are folded in order.
class SortedCode {
 public:
  SortedCode(const KernelRequest& request, const SortedFolds& folds)
      : f_(folds), type_(TypeName(request.results[0].dtype)), width_(WidthFor(request)) {}

  std::unique_ptr<Kernel> Make(const KernelRequest& request) const {
    const SortPlan sort{
        .length = f_.count,
        .key = fmt::format("({0}[k] >= 0 && u64({0}[k]) < {1} ? u64({0}[k]) : ~0ull)", f_.indices,
                           f_.length),
        .result = fmt::format("((u32*)(workspace + {}))[rank] = u32(key);\n"
                              "((u32*)(workspace + {}))[rank] = place;\n",
                              ids_offset(), places_offset())};
    std::vector<GeneratedKernel::Stage> stages = SortStages(sort);
    const int64_t pieces = num_pieces();
    const int64_t blocks_y = (f_.inner / width_ + kThreads - 1) / kThreads;
    stages.push_back({FillCode(), {.blocks = (f_.length * f_.inner / width_ + 255) / 256}});
    stages.push_back({PieceCode(), {.blocks = pieces, .threads = kThreads, .blocks_y = blocks_y}});
    stages.push_back({JoinCode(), {.blocks = pieces, .threads = kThreads, .blocks_y = blocks_y}});
    return std::make_unique<GeneratedKernel>(request, stages,
                                             parts_offset() + 2 * pieces * f_.inner * 8);
  }

 private:
  static constexpr int64_t kPiece = 32;
  static constexpr int kThreads = 128;

  int WidthFor(const KernelRequest& request) const {
    int64_t width = request.is_aligned ? 16 / SizeOf(request.results[0].dtype) : 1;
    while (f_.inner % width != 0) width /= 2;
    return static_cast<int>(width);
  }
  int64_t num_pieces() const { return (f_.count + kPiece - 1) / kPiece; }
  // In the workspace, after what sorting uses: indices in order, where each was, and the parts at
  // the start and at the end of each piece.
  int64_t ids_offset() const {
    return SortWorkspaceNbytes({.rows = 1, .length = f_.count, .key = "", .result = ""});
  }
  int64_t places_offset() const { return ids_offset() + f_.count * 4; }
  int64_t parts_offset() const { return (places_offset() + f_.count * 4 + 63) / 64 * 64; }

  std::string FillCode() const {
    const std::string load =
        f_.base.empty()
            ? fmt::format(
                  "Vector<{0}, {1}> r;\n#pragma unroll\nfor (int e = 0; e < {1}; ++e) "
                  "r.at[e] = Narrow<{0}>::Of({2});\n",
                  type_, width_, f_.fold.start)
            : fmt::format("const auto r = Load<{0}>({1} + i * {0});\n", width_, f_.base);
    return fmt::format(
        "const i64 i = i64(blockIdx.x) * 256 + threadIdx.x;\nif (i >= {}) return;\n"
        "{}Store(r, y0 + i * {});\n",
        f_.length * f_.inner / width_, load, width_);
  }
  std::string Declarations() const {
    const std::string whole = f_.base.empty()
                                  ? "part[e]"
                                  : fmt::format(
                                        "{}::Of(T(Widen({}[Index(id) * {} + column + e])), "
                                        "part[e])",
                                        f_.fold.name, f_.base, f_.inner);
    return fmt::format(
        "typedef i64 Index; typedef Wide<{type}> T;\n"
        "const u32* const ids = (const u32*)(workspace + {ids});\n"
        "const u32* const places = (const u32*)(workspace + {places});\n"
        "T* const heads = (T*)(workspace + {parts}); T* const tails = heads + {all};\n"
        "const Index column = (Index(blockIdx.y) * {threads} + threadIdx.x) * {width};\n"
        "const int begin = blockIdx.x * {piece};\n"
        "const int end = begin + {piece} < {count} ? begin + {piece} : {count};\n"
        "auto finish = [&](u32 id, const T* part) {{\n"
        "Vector<{type}, {width}> r;\n#pragma unroll\nfor (int e = 0; e < {width}; ++e) {{\n"
        "r.at[e] = Narrow<{type}>::Of({whole});\n}}\nStore(r, y0 + Index(id) * {inner} + "
        "column);\n}};\n",
        fmt::arg("type", type_), fmt::arg("ids", ids_offset()), fmt::arg("places", places_offset()),
        fmt::arg("parts", parts_offset()), fmt::arg("all", num_pieces() * f_.inner),
        fmt::arg("threads", kThreads), fmt::arg("width", width_), fmt::arg("piece", kPiece),
        fmt::arg("count", f_.count), fmt::arg("inner", f_.inner), fmt::arg("whole", whole));
  }
  std::string PieceCode() const {
    return Declarations() +
           fmt::format(
               "if (column >= {inner}) return;\n"
               "bool is_head = begin > 0 && ids[begin - 1] == ids[begin];\n"
               "T part[{width}];\nfor (int e = 0; e < {width}; ++e) part[e] = {start};\n"
               "#pragma unroll 8\nfor (int j = begin; j < end; ++j) {{\n"
               "const u32 id = ids[j];\n"
               "const auto row = Load<{width}>({updates} + Index(places[j]) * {inner} + column);\n"
               "#pragma unroll\nfor (int e = 0; e < {width}; ++e) {{\n"
               "part[e] = {fold}::Of(part[e], T(Widen(row.at[e])));\n}}\n"
               "const bool goes_on = j + 1 < {count} && ids[j + 1] == id;\n"
               "if (goes_on && j + 1 < end) continue;\n"
               "if (id != ~0u) {{\n"
               "if (!is_head && !goes_on) {{\nfinish(id, part);\n}} else {{\n"
               "T* const to = (is_head ? heads : tails) + Index(blockIdx.x) * {inner} + column;\n"
               "for (int e = 0; e < {width}; ++e) to[e] = part[e];\n}}\n}}\n"
               "is_head = false;\nfor (int e = 0; e < {width}; ++e) part[e] = {start};\n}}\n",
               fmt::arg("inner", f_.inner), fmt::arg("width", width_), fmt::arg("count", f_.count),
               fmt::arg("updates", f_.updates), fmt::arg("fold", f_.fold.name),
               fmt::arg("start", f_.fold.start));
  }
  // The block of the piece in which an index begins joins its parts.
  std::string JoinCode() const {
    return Declarations() +
           fmt::format(
               "const u32 id = ids[end - 1];\n"
               "const bool goes_on = end < {count} && ids[end] == id;\n"
               "const bool begins = begin == 0 || ids[begin - 1] != id;\n"
               "if (column >= {inner} || id == ~0u || !goes_on || !begins) return;\n"
               "T part[{width}];\nfor (int e = 0; e < {width}; ++e) "
               "part[e] = tails[Index(blockIdx.x) * {inner} + column + e];\n"
               "for (int p = blockIdx.x + 1; p * {piece} < {count} && ids[p * {piece}] == id; ++p) "
               "{{\n#pragma unroll\nfor (int e = 0; e < {width}; ++e) "
               "part[e] = {fold}::Of(part[e], heads[Index(p) * {inner} + column + e]);\n}}\n"
               "finish(id, part);\n",
               fmt::arg("inner", f_.inner), fmt::arg("width", width_), fmt::arg("count", f_.count),
               fmt::arg("piece", kPiece), fmt::arg("fold", f_.fold.name));
  }

  const SortedFolds f_;
  const std::string type_;
  const int width_;
};

}  // namespace

std::unique_ptr<Kernel> MakeSortedFolds(const KernelRequest& request, const SortedFolds& folds) {
  const bool fits = folds.count > kFewUpdates && folds.count < kMaxUpdates && folds.inner > 0 &&
                    folds.length > 0 && folds.length < INT32_MAX;
  return fits ? SortedCode(request, folds).Make(request) : nullptr;
}

}  // namespace tricorn::backend::cuda
