#include <algorithm>

#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/index_code.h"
#include "core/backend/cuda/sort_code.h"
#include "core/base/status.h"
#include "core/ops/gather/gather.h"

namespace tricorn::backend::cuda {
namespace {

// Each result element adds the updates meant for it, in their order. Reads every index for every
// row, so it is for small numbers of either.
std::unique_ptr<Kernel> MakeByElement(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::TakeAttrs>().axis);
  const int64_t taken = request.operands[1].num_elements();
  const std::string code = fmt::format(
      "const Index column = i % {inner}; const Index row = i / {inner} % {length};\n"
      "const Index outer = i / {slab};\n"
      "Wide<{type}> sum = Widen(x0[i]);\n"
      "for (Index t = 0; t < {taken}; ++t) {{\n"
      "if (x1[t] == row) sum = scalar::add(sum, Widen(x2[(outer * {taken} + t) * {inner} + "
      "column]));"
      "\n}}\n",
      fmt::arg("inner", std::max<int64_t>(rows.inner, 1)),
      fmt::arg("length", std::max<int64_t>(rows.length, 1)),
      fmt::arg("slab", std::max<int64_t>(rows.length * rows.inner, 1)), fmt::arg("taken", taken),
      fmt::arg("type", TypeName(x.dtype)));
  return MakeElementKernel(request, x.num_elements(), code,
                           {fmt::format("Narrow<{}>::Of(sum)", TypeName(x.dtype))});
}

// Sums of rows of updates by their index, through the sorted indices: these in pieces, a block
// each. The sum of an index that lies within a piece is written at once; where one goes on into the
// next piece, each piece's part goes to the workspace, and the parts are added up in order.
class SortedSums {
 public:
  // `base`: the operand that the sums are added to; empty for none.
  SortedSums(const KernelRequest& request, int64_t length, int64_t inner, std::string indices,
             std::string updates, std::string base)
      : type_(TypeName(request.results[0].dtype)),
        taken_(request.operands[indices == "x0" ? 0 : 1].num_elements()),
        length_(length),
        inner_(inner),
        width_(WidthFor(request)),
        indices_(std::move(indices)),
        updates_(std::move(updates)),
        base_(std::move(base)) {}

  std::unique_ptr<Kernel> Make(const KernelRequest& request) const {
    const SortPlan sort{
        .length = taken_,
        .key = fmt::format("({0}[k] >= 0 && u64({0}[k]) < {1} ? u64({0}[k]) : ~0ull)", indices_,
                           length_),
        .result = fmt::format("((u32*)(workspace + {}))[rank] = u32(key);\n"
                              "((u32*)(workspace + {}))[rank] = place;\n",
                              ids_offset(), places_offset())};
    std::vector<GeneratedKernel::Stage> stages = SortStages(sort);
    const int64_t pieces = num_pieces();
    const int64_t blocks_y = (inner_ / width_ + kThreads - 1) / kThreads;
    stages.push_back({FillCode(), {.blocks = (length_ * inner_ / width_ + 255) / 256}});
    stages.push_back({PieceCode(), {.blocks = pieces, .threads = kThreads, .blocks_y = blocks_y}});
    stages.push_back({JoinCode(), {.blocks = pieces, .threads = kThreads, .blocks_y = blocks_y}});
    return std::make_unique<GeneratedKernel>(request, stages,
                                             parts_offset() + 2 * pieces * inner_ * 8);
  }

 private:
  static constexpr int64_t kPiece = 32;
  static constexpr int kThreads = 128;

  int WidthFor(const KernelRequest& request) const {
    int64_t width = request.is_aligned ? 16 / SizeOf(request.results[0].dtype) : 1;
    while (inner_ % width != 0) width /= 2;
    return static_cast<int>(width);
  }
  int64_t num_pieces() const { return (taken_ + kPiece - 1) / kPiece; }
  // In the workspace, after what sorting uses: indices in order, where each was, and the parts at
  // the start and at the end of each piece.
  int64_t ids_offset() const {
    return SortWorkspaceNbytes({.rows = 1, .length = taken_, .key = "", .result = ""});
  }
  int64_t places_offset() const { return ids_offset() + taken_ * 4; }
  int64_t parts_offset() const { return (places_offset() + taken_ * 4 + 63) / 64 * 64; }

  std::string FillCode() const {
    const std::string value = base_.empty()
                                  ? fmt::format("Vector<{}, {}>{{}}", type_, width_)
                                  : fmt::format("Load<{}>({} + i * {})", width_, base_, width_);
    return fmt::format(
        "const i64 i = i64(blockIdx.x) * 256 + threadIdx.x;\nif (i >= {}) return;\n"
        "Store({}, y0 + i * {});\n",
        length_ * inner_ / width_, value, width_);
  }
  std::string Declarations() const {
    return fmt::format(
        "typedef i64 Index; typedef Wide<{type}> T;\n"
        "const u32* const ids = (const u32*)(workspace + {ids});\n"
        "const u32* const places = (const u32*)(workspace + {places});\n"
        "T* const heads = (T*)(workspace + {parts}); T* const tails = heads + {all};\n"
        "const Index column = (Index(blockIdx.y) * {threads} + threadIdx.x) * {width};\n"
        "const int begin = blockIdx.x * {piece};\n"
        "const int end = begin + {piece} < {taken} ? begin + {piece} : {taken};\n"
        "auto finish = [&](u32 id, const T* sum) {{\n"
        "Vector<{type}, {width}> r;\n#pragma unroll\nfor (int e = 0; e < {width}; ++e) {{\n"
        "r.at[e] = Narrow<{type}>::Of({sum});\n}}\nStore(r, y0 + Index(id) * {inner} + column);\n"
        "}};\n",
        fmt::arg("type", type_), fmt::arg("ids", ids_offset()), fmt::arg("places", places_offset()),
        fmt::arg("parts", parts_offset()), fmt::arg("all", num_pieces() * inner_),
        fmt::arg("threads", kThreads), fmt::arg("width", width_), fmt::arg("piece", kPiece),
        fmt::arg("taken", taken_), fmt::arg("inner", inner_),
        fmt::arg("sum", base_.empty() ? "sum[e]"
                                      : fmt::format("scalar::add(Widen({}[Index(id) * {} + column "
                                                    "+ e]), sum[e])",
                                                    base_, inner_)));
  }
  std::string PieceCode() const {
    return Declarations() +
           fmt::format(
               "if (column >= {inner}) return;\n"
               "bool is_head = begin > 0 && ids[begin - 1] == ids[begin];\n"
               "T sum[{width}] = {{}};\n"
               "#pragma unroll 8\nfor (int j = begin; j < end; ++j) {{\n"
               "const u32 id = ids[j];\n"
               "const auto part = Load<{width}>({updates} + Index(places[j]) * {inner} + column);\n"
               "#pragma unroll\nfor (int e = 0; e < {width}; ++e) {{\n"
               "sum[e] = scalar::add(sum[e], T(Widen(part.at[e])));\n}}\n"
               "const bool goes_on = j + 1 < {taken} && ids[j + 1] == id;\n"
               "if (goes_on && j + 1 < end) continue;\n"
               "if (id != ~0u) {{\n"
               "if (!is_head && !goes_on) {{\nfinish(id, sum);\n}} else {{\n"
               "T* const to = (is_head ? heads : tails) + Index(blockIdx.x) * {inner} + column;\n"
               "for (int e = 0; e < {width}; ++e) to[e] = sum[e];\n}}\n}}\n"
               "is_head = false;\nfor (int e = 0; e < {width}; ++e) sum[e] = T(0);\n}}\n",
               fmt::arg("inner", inner_), fmt::arg("width", width_), fmt::arg("taken", taken_),
               fmt::arg("updates", updates_));
  }
  // The block of the piece in which an index begins joins its parts.
  std::string JoinCode() const {
    return Declarations() +
           fmt::format(
               "const u32 id = ids[end - 1];\n"
               "const bool goes_on = end < {taken} && ids[end] == id;\n"
               "const bool begins = begin == 0 || ids[begin - 1] != id;\n"
               "if (column >= {inner} || id == ~0u || !goes_on || !begins) return;\n"
               "T sum[{width}];\nfor (int e = 0; e < {width}; ++e) "
               "sum[e] = tails[Index(blockIdx.x) * {inner} + column + e];\n"
               "for (int p = blockIdx.x + 1; p * {piece} < {taken} && ids[p * {piece}] == id; ++p) "
               "{{\n#pragma unroll\nfor (int e = 0; e < {width}; ++e) "
               "sum[e] = scalar::add(sum[e], heads[Index(p) * {inner} + column + e]);\n}}\n"
               "finish(id, sum);\n",
               fmt::arg("inner", inner_), fmt::arg("width", width_), fmt::arg("taken", taken_),
               fmt::arg("piece", kPiece));
  }

  const std::string type_;
  const int64_t taken_, length_, inner_;
  const int width_;
  const std::string indices_, updates_, base_;
};

// Below this many updates it is quicker to look at all of them.
constexpr int64_t kFewUpdates = 32;
constexpr int64_t kMaxUpdates = int64_t{1} << 30;

std::unique_ptr<Kernel> MakeScatterAdd(const KernelRequest& request) {
  const Rows rows = RowsAlong(request.operands[0].shape, request.attrs.As<ops::TakeAttrs>().axis);
  const int64_t taken = request.operands[1].num_elements();
  const bool is_sorted = rows.outer == 1 && taken > kFewUpdates && taken < kMaxUpdates &&
                         rows.inner > 0 && rows.length > 0 && rows.length < INT32_MAX;
  if (!is_sorted) return MakeByElement(request);
  return SortedSums(request, rows.length, rows.inner, "x1", "x2", "x0").Make(request);
}

std::unique_ptr<Kernel> MakeTakeGradient(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::TakeGradientAttrs>();
  const Rows rows = RowsAlong(request.results[0].shape, attrs.axis);
  const int64_t taken = request.operands[0].num_elements();
  const bool is_sorted = rows.outer == 1 && taken > kFewUpdates && taken < kMaxUpdates &&
                         rows.inner > 0 && rows.length > 0 && rows.length < INT32_MAX;
  if (!is_sorted) return nullptr;
  return SortedSums(request, rows.length, rows.inner, "x0", "x1", "").Make(request);
}

}  // namespace

void RegisterScatterCuda(KernelRegistry& registry) {
  registry.Add(ops::kScatterAdd, MakeScatterAdd);
  registry.Add(ops::kTakeGradient, MakeTakeGradient);
}

}  // namespace tricorn::backend::cuda
