#include <algorithm>
#include <array>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/fold_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"
#include "core/ops/reduce/reduce.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kBlocksWanted = 1056;  // eight for each multiprocessor of an H100

// A reduction as two walks: over the axes that stay, and over those that go.
struct Walks {
  Shape kept, reduced;
  std::vector<int64_t> kept_strides, reduced_strides;
  bool innermost_is_reduced = false;
};

Walks WalksOf(const Shape& shape, const ops::Axes& axes) {
  Walks walks;
  std::vector<int64_t> kept, reduced;
  const std::vector<int64_t> strides = shape.Strides();
  for (int k = 0; k < shape.rank(); ++k) {
    const bool goes = std::find(axes.begin(), axes.end(), k) != axes.end();
    (goes ? reduced : kept).push_back(shape[k]);
    (goes ? walks.reduced_strides : walks.kept_strides).push_back(strides[static_cast<size_t>(k)]);
    if (shape[k] > 1) walks.innermost_is_reduced = goes;
  }
  walks.kept = Shape(std::move(kept));
  walks.reduced = Shape(std::move(reduced));
  return walks;
}

// Statements that define `at`, the place in x of element `r` of the reduction of result `o`.
std::string PlaceCode(const Walks& walks) {
  const IndexCode reduced(walks.reduced, {walks.reduced_strides});
  return reduced.Code("r", {"along"}) + "const Index at = base + along;\n";
}

std::string BaseCode(const Walks& walks) {
  return IndexCode(walks.kept, {walks.kept_strides}).Code("o", {"base"});
}

// A block a result and part: its threads walk the part side by side. The results of the parts, if
// there are several, go to the workspace, part after part.
std::string RowCode(const Walks& walks, const FoldCode& fold, std::string_view type, int threads,
                    int64_t parts) {
  const int64_t length = walks.reduced.num_elements();
  const int64_t part = (length + parts - 1) / parts;
  return fmt::format(
      "typedef {index} Index; typedef Wide<{type}> T;\n"
      "__shared__ T shared[{threads}];\n"
      "const Index o = blockIdx.x;\n{base}"
      "const Index begin = Index(blockIdx.y) * {part};\n"
      "const Index end = begin + {part} < {length} ? begin + {part} : Index({length});\n"
      "T value = {start};\n"
      "#pragma unroll 4\n"
      "for (Index r = begin + threadIdx.x; r < end; r += {threads}) {{\n{place}"
      "value = {fold}::Of(value, Widen(x0[at]));\n}}\n"
      "value = FoldBlock<{fold}>(value, shared);\n"
      "if (threadIdx.x == 0) {store};\n",
      fmt::arg("index", IndexType(walks.kept.num_elements() * std::max<int64_t>(length, 1))),
      fmt::arg("type", type), fmt::arg("threads", threads), fmt::arg("base", BaseCode(walks)),
      fmt::arg("part", part), fmt::arg("length", length), fmt::arg("start", fold.start),
      fmt::arg("place", PlaceCode(walks)), fmt::arg("fold", fold.name),
      fmt::arg("store", parts == 1
                            ? fmt::format("y0[o] = Narrow<{}>::Of(value)", type)
                            : fmt::format("((T*)workspace)[blockIdx.y * Index({}) + o] = value",
                                          walks.kept.num_elements())));
}

// 32 results side by side a block, 8 threads each.
std::string ColumnCode(const Walks& walks, const FoldCode& fold, std::string_view type,
                       int64_t parts) {
  const int64_t length = walks.reduced.num_elements();
  const int64_t part = (length + parts - 1) / parts;
  const int64_t results = walks.kept.num_elements();
  return fmt::format(
      "typedef {index} Index; typedef Wide<{type}> T;\n"
      "__shared__ T shared[256];\n"
      "const Index o = Index(blockIdx.x) * 32 + threadIdx.x % 32;\n"
      "const Index lane = threadIdx.x / 32;\n"
      "T value = {start};\n"
      "if (o < {results}) {{\n{base}"
      "const Index begin = Index(blockIdx.y) * {part};\n"
      "const Index end = begin + {part} < {length} ? begin + {part} : Index({length});\n"
      "#pragma unroll 4\n"
      "for (Index r = begin + lane; r < end; r += 8) {{\n{place}"
      "value = {fold}::Of(value, Widen(x0[at]));\n}}\n}}\n"
      "shared[threadIdx.x] = value;\n__syncthreads();\n"
      "for (int half = 128; half >= 32; half /= 2) {{\n"
      "if (threadIdx.x < half) shared[threadIdx.x] = "
      "{fold}::Of(shared[threadIdx.x], shared[threadIdx.x + half]);\n__syncthreads();\n}}\n"
      "if (threadIdx.x < 32 && o < {results}) {{ value = shared[threadIdx.x]; {store}; }}\n",
      fmt::arg("index", IndexType(results * std::max<int64_t>(length, 1) + 32)),
      fmt::arg("type", type), fmt::arg("start", fold.start), fmt::arg("results", results),
      fmt::arg("base", BaseCode(walks)), fmt::arg("part", part), fmt::arg("length", length),
      fmt::arg("place", PlaceCode(walks)), fmt::arg("fold", fold.name),
      fmt::arg("store",
               parts == 1
                   ? fmt::format("y0[o] = Narrow<{}>::Of(value)", type)
                   : fmt::format("((T*)workspace)[blockIdx.y * Index({}) + o] = value", results)));
}

// Folds the parts of each result, in order.
std::string PartsCode(const FoldCode& fold, std::string_view type, int64_t results, int64_t parts) {
  return fmt::format(
      "typedef i64 Index; typedef Wide<{0}> T;\n"
      "const Index o = Index(blockIdx.x) * 256 + threadIdx.x;\nif (o >= {1}) return;\n"
      "const T* from = (const T*)workspace;\nT value = {2};\n"
      "for (int p = 0; p < {3}; ++p) value = {4}::Of(value, from[p * Index({1}) + o]);\n"
      "y0[o] = Narrow<{0}>::Of(value);\n",
      type, results, fold.start, parts, fold.name);
}

std::unique_ptr<Kernel> MakeReduce(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Walks walks = WalksOf(x.shape, request.attrs.As<ops::ReduceAttrs>().axes);
  const FoldCode fold = FoldOf(request.op, x.dtype);
  const std::string_view type = TypeName(x.dtype);
  const int64_t results = walks.kept.num_elements();
  const int64_t length = walks.reduced.num_elements();
  const bool rows = walks.innermost_is_reduced || results == 1;
  int threads = 256;
  while (rows && threads > 32 && length < threads) threads /= 2;
  const int64_t blocks = rows ? results : (results + 31) / 32;
  // A part has at least a few elements a thread; parts fill the device where results do not.
  const int64_t worth = length / (rows ? int64_t{threads} * 8 : 64);
  const int64_t parts =
      blocks == 0 ? 1 : std::clamp<int64_t>(std::min(worth, kBlocksWanted / blocks), 1, 256);
  std::vector<GeneratedKernel::Stage> stages;
  stages.push_back(
      {rows ? RowCode(walks, fold, type, threads, parts) : ColumnCode(walks, fold, type, parts),
       {.blocks = blocks, .threads = threads, .blocks_y = parts}});
  if (parts == 1) return std::make_unique<GeneratedKernel>(request, stages);
  stages.push_back({PartsCode(fold, type, results, parts), {.blocks = (results + 255) / 256}});
  const int64_t wide_nbytes = std::max<int64_t>(SizeOf(x.dtype), 4);
  return std::make_unique<GeneratedKernel>(request, stages, parts * results * wide_nbytes);
}

// -- Along one axis -------------------------------------------------------------------------------

std::string RowsCode(const Rows& rows) {
  return fmt::format(
      "typedef {} Index;\nconst Index row = blockIdx.x;\n"
      "const Index start = row / {} * {} + row % {};\n",
      IndexType(rows.outer * rows.length * rows.inner), rows.inner, rows.length * rows.inner,
      rows.inner);
}

// A block a row: the best of each thread's elements, then of the threads'. Among equals the lower
// index, and NaN beats everything.
std::unique_ptr<Kernel> MakeArgReduce(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, request.attrs.As<ops::ArgReduceAttrs>().axis);
  const std::string_view beats = &request.op == &ops::kArgmax ? ">" : "<";
  const std::string body = fmt::format(
      "{rows}typedef Wide<{type}> T;\n"
      "__shared__ T values[128]; __shared__ Index places[128];\n"
      "T best = T(0); Index place = -1;\n"
      "auto wins = [](T a, Index i, T b, Index j) {{\n"
      "if (j < 0) return i >= 0;\nif (i < 0) return false;\n"
      "const bool a_nan = a != a, b_nan = b != b;\n"
      "if (a_nan || b_nan) return a_nan && (!b_nan || i < j);\n"
      "return a {beats} b || (a == b && i < j); }};\n"
      "for (Index k = threadIdx.x; k < {length}; k += 128) {{\n"
      "const T value = Widen(x0[start + k * {inner}]);\n"
      "if (wins(value, k, best, place)) {{ best = value; place = k; }} }}\n"
      "values[threadIdx.x] = best; places[threadIdx.x] = place;\n__syncthreads();\n"
      "for (int half = 64; half > 0; half /= 2) {{\n"
      "if (threadIdx.x < half && wins(values[threadIdx.x + half], places[threadIdx.x + half], "
      "values[threadIdx.x], places[threadIdx.x])) {{\n"
      "values[threadIdx.x] = values[threadIdx.x + half];\n"
      "places[threadIdx.x] = places[threadIdx.x + half]; }}\n__syncthreads(); }}\n"
      "if (threadIdx.x == 0) y0[row] = places[0];\n",
      fmt::arg("rows", RowsCode(rows)), fmt::arg("type", TypeName(x.dtype)),
      fmt::arg("beats", beats), fmt::arg("length", rows.length), fmt::arg("inner", rows.inner));
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{
                   {body, {.blocks = rows.outer * rows.inner, .threads = 128}}});
}

// A block a row, 256 elements at a time, each after the sum of those before it.
std::unique_ptr<Kernel> MakeCumsum(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::CumulativeAttrs>();
  const ir::Type& x = request.operands[0];
  const Rows rows = RowsAlong(x.shape, attrs.axis);
  const std::string along = attrs.reverse ? fmt::format("({} - k)", rows.length - 1) : "k";
  const std::string body = fmt::format(
      "{rows}typedef Wide<{type}> T;\n__shared__ T sums[256];\nT carry = T(0);\n"
      "for (Index first = 0; first < {length}; first += 256) {{\n"
      "const Index k = first + threadIdx.x;\n"
      "const Index at = start + {along} * {inner};\n"
      "T sum = k < {length} ? Widen(x0[at]) : T(0);\n"
      "sums[threadIdx.x] = sum;\n__syncthreads();\n"
      "for (int step = 1; step < 256; step *= 2) {{\n"
      "const T before = threadIdx.x >= step ? sums[threadIdx.x - step] : T(0);\n__syncthreads();\n"
      "sum = scalar::add(sum, before); sums[threadIdx.x] = sum;\n__syncthreads(); }}\n"
      "if (k < {length}) y0[at] = Narrow<{type}>::Of(scalar::add(carry, sum));\n"
      "carry = scalar::add(carry, sums[255]);\n__syncthreads(); }}\n",
      fmt::arg("rows", RowsCode(rows)), fmt::arg("type", TypeName(x.dtype)),
      fmt::arg("length", rows.length), fmt::arg("along", along), fmt::arg("inner", rows.inner));
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{{body, {.blocks = rows.outer * rows.inner}}});
}

}  // namespace

void RegisterReduceCuda(KernelRegistry& registry) {
  for (const ir::OpDef* op :
       {&ops::kSum, &ops::kProd, &ops::kMax, &ops::kMin, &ops::kAny, &ops::kAll}) {
    registry.Add(*op, MakeReduce);
  }
  registry.Add(ops::kArgmax, MakeArgReduce);
  registry.Add(ops::kArgmin, MakeArgReduce);
  registry.Add(ops::kCumsum, MakeCumsum);
}

}  // namespace tricorn::backend::cuda
