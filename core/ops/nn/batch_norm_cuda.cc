#include <algorithm>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/codegen/index_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"
#include "core/base/status.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"

// The reductions of batch normalization, channels last: two sums a channel in one pass over memory,
// parts of the rows by different blocks and then the parts in their order. What is left of
// normalization is elementwise.

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kLanes = 32;              // most threads side by side along the channels
constexpr int64_t kBlocksWanted = 264;  // two for each multiprocessor of an H100
constexpr int64_t kRowsWorth = 4;       // rows a thread for which another block is worth it
constexpr int kFinishLanes = 8;         // threads that share the parts of a channel
constexpr int kLoads = 8;               // that a thread has under way

// x as rows of channels, walked by blocks of threads which each have `width` channels.
struct Columns {
  int64_t rows = 0, channels = 0;
  int width = 1;
  int lanes = 1;  // threads along the channels; the others take other rows
  int64_t blocks = 1, parts = 1;

  Columns(const ir::Type& x, bool is_aligned) {
    channels = x.shape[x.rank() - 1];
    rows = x.num_elements() / channels;
    if (is_aligned) width = static_cast<int>(16 / std::max<int64_t>(SizeOf(x.dtype), 2));
    while (channels % width != 0) width /= 2;
    const int64_t groups = channels / width;
    while (lanes < kLanes && lanes < groups) lanes *= 2;
    blocks = (groups + lanes - 1) / lanes;
    const int64_t worth = rows / (kThreads / lanes * kRowsWorth);
    parts = std::clamp<int64_t>(std::min(worth, kBlocksWanted / blocks), 1, 256);
  }
};

// The pieces in which the reductions differ. `given` is the wide element of x0, `x` its distance
// from `shift`, `at_x3` that of an operand x3; `channel` and `u` tell where.
struct SumsCode {
  std::vector<std::string> arrays;  // the operands besides x0 that are read at each element
  std::string declare = "";         // numbers a channel
  std::string begin = "";           // before the rows, for each channel u of the thread
  std::string dy = "";              // the gradient, if there is one
  std::vector<std::string> terms;   // of the sums
  std::string keep = "";            // the result that dy becomes, if one does
  std::string finish;               // from `sum[k]`, of channel `c`, to results
};

// Loads of several rows, then what is done with them.
std::string RowsCode(const Columns& n, const SumsCode& code) {
  std::vector<std::string> arrays = {"x0"};
  arrays.insert(arrays.end(), code.arrays.begin(), code.arrays.end());
  std::string declare, load, name;
  for (const std::string& x : arrays) {
    declare += fmt::format("Vector<T, {}> {}s[kRows];\n", n.width, x);
    load += fmt::format("{0}s[r] = Load<{1}>({0} + at);\n", x, n.width);
    name += fmt::format("const W at_{0} = Widen({0}s[r].at[u]);\n", x);
  }
  std::string add;
  for (size_t k = 0; k < code.terms.size(); ++k) {
    add += fmt::format("sum[{}][u] += {};\n", k, code.terms[k]);
  }
  const std::string keep = code.keep.empty() ? "" : fmt::format("Vector<T, {}> kept;\n", n.width);
  const std::string loop = fmt::format(
      "#pragma unroll\nfor (int r = 0; r < kRows; ++r) {{\n"
      "const Index row = from + r * {lines}, at = row * {channels} + channel;\n"
      "if (row >= end) break;\n",
      fmt::arg("lines", kThreads / n.lanes), fmt::arg("channels", n.channels));
  return fmt::format(
      "constexpr int kRows = {rows};\n"
      "for (Index from = begin + line; from < end; from += kRows * {lines}) {{\n"
      "{declare}{loop}{load}}}\n{loop}{keep}"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n"
      "{name}const W given = at_x0, x = given - shift[u];\n{dy}{add}}}\n{store}}}\n}}\n",
      fmt::arg("rows", std::max<size_t>(kLoads / arrays.size(), 1)),
      fmt::arg("lines", kThreads / n.lanes), fmt::arg("declare", declare), fmt::arg("loop", loop),
      fmt::arg("load", load), fmt::arg("keep", keep), fmt::arg("width", n.width),
      fmt::arg("name", name),
      fmt::arg("dy", code.dy.empty() ? ""
                     : code.keep.empty()
                         ? fmt::format("const W dy = {};\n", code.dy)
                         : fmt::format("kept.at[u] = Narrow<T>::Of({});\nconst W dy = "
                                       "Widen(kept.at[u]);\n",
                                       code.dy)),
      fmt::arg("add", add),
      fmt::arg("store",
               code.keep.empty() ? "" : fmt::format("Store(kept, {} + at);\n", code.keep)));
}

std::string PartCode(const Columns& n, const SumsCode& code, std::string_view type) {
  return fmt::format(
      "typedef {index} Index; typedef {type} T; typedef Wide<T> W;\n"
      "__shared__ W shared[{sums}][{threads}][{width}];\n"
      "const int lane = threadIdx.x % {lanes}, line = threadIdx.x / {lanes};\n"
      "const Index channel = (Index(blockIdx.x) * {lanes} + lane) * {width};\n"
      "const Index begin = Index(blockIdx.y) * {part};\n"
      "const Index end = begin + {part} < {rows} ? begin + {part} : Index({rows});\n"
      "W sum[{sums}][{width}] = {{}};\n"
      "if (channel < {channels}) {{\n"
      "W shift[{width}];\n{declare}#pragma unroll\nfor (int u = 0; u < {width}; ++u) "
      "{{\n{begin_channel}}}\n{of_rows}}}\n"
      "#pragma unroll\nfor (int k = 0; k < {sums}; ++k) {{\n"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) shared[k][threadIdx.x][u] = sum[k][u];\n"
      "}}\n__syncthreads();\n"
      "for (int half = {threads} / 2; half >= {lanes}; half /= 2) {{\n"
      "if (threadIdx.x < half) {{\n#pragma unroll\nfor (int k = 0; k < {sums}; ++k) {{\n"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) "
      "shared[k][threadIdx.x][u] += shared[k][threadIdx.x + half][u];\n}} }}\n"
      "__syncthreads(); }}\n"
      "if (line == 0 && channel < {channels}) {{\n"
      "W* to = (W*)workspace + Index(blockIdx.y) * {channels} * {sums} + channel;\n"
      "#pragma unroll\nfor (int k = 0; k < {sums}; ++k) {{\n"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) "
      "to[k * {channels} + u] = shared[k][lane][u];\n}} }}\n",
      fmt::arg("sums", code.terms.size()),
      fmt::arg("index", IndexType((n.rows + kThreads * kLoads) * n.channels)),
      fmt::arg("type", type), fmt::arg("width", n.width), fmt::arg("threads", kThreads),
      fmt::arg("lanes", n.lanes), fmt::arg("part", (n.rows + n.parts - 1) / n.parts),
      fmt::arg("rows", n.rows), fmt::arg("channels", n.channels),
      fmt::arg("begin_channel", code.begin), fmt::arg("declare", code.declare),
      fmt::arg("of_rows", RowsCode(n, code)));
}

std::string FinishCode(const Columns& n, const SumsCode& code, std::string_view type) {
  return fmt::format(
      "typedef i64 Index; typedef Wide<{type}> W;\n__shared__ W shared[{sums}][{threads}];\n"
      "const int lane = threadIdx.x % 32;\nconst Index c = Index(blockIdx.x) * 32 + lane;\n"
      "W sum[{sums}] = {{}};\n"
      "if (c < {channels}) for (int p = threadIdx.x / 32; p < {parts}; p += {lines}) {{\n"
      "const W* from = (const W*)workspace + Index(p) * {channels} * {sums} + c;\n"
      "#pragma unroll\nfor (int k = 0; k < {sums}; ++k) sum[k] += from[k * {channels}]; }}\n"
      "#pragma unroll\nfor (int k = 0; k < {sums}; ++k) shared[k][threadIdx.x] = sum[k];\n"
      "__syncthreads();\n"
      "if (threadIdx.x >= 32 || c >= {channels}) return;\n"
      "for (int line = 1; line < {lines}; ++line) {{\n"
      "#pragma unroll\nfor (int k = 0; k < {sums}; ++k) "
      "sum[k] += shared[k][line * 32 + lane]; }}\n{finish}",
      fmt::arg("sums", code.terms.size()), fmt::arg("type", type),
      fmt::arg("threads", 32 * kFinishLanes), fmt::arg("channels", n.channels),
      fmt::arg("parts", n.parts), fmt::arg("lines", kFinishLanes), fmt::arg("finish", code.finish));
}

std::unique_ptr<Kernel> MakeSums(const KernelRequest& request, const Columns& n,
                                 const SumsCode& code, std::vector<bool> may_overwrite = {}) {
  const ir::Type& x = request.operands[0];
  const std::string_view type = TypeName(x.dtype);
  const std::vector<GeneratedKernel::Stage> stages = {
      {PartCode(n, code, type), {.blocks = n.blocks, .threads = kThreads, .blocks_y = n.parts}},
      {FinishCode(n, code, type),
       {.blocks = (n.channels + 31) / 32, .threads = 32 * kFinishLanes}}};
  const int64_t wide_nbytes = std::max<int64_t>(SizeOf(x.dtype), 4);
  const auto sums = static_cast<int64_t>(code.terms.size());
  return std::make_unique<GeneratedKernel>(
      request, stages, n.parts * n.channels * sums * wide_nbytes, std::move(may_overwrite));
}

// A factory of kernels for channels last.
using Make = std::unique_ptr<Kernel> (*)(const KernelRequest&, const Columns&, double epsilon);
KernelFactory OfColumns(Make make) {
  return [make](const KernelRequest& request) -> std::unique_ptr<Kernel> {
    const ir::Type& x = request.operands[0];
    const auto& attrs = request.attrs.As<ops::BatchNormAttrs>();
    if (attrs.axis != x.rank() - 1 || x.num_elements() == 0) return nullptr;
    return make(request, Columns(x, request.is_aligned), attrs.epsilon);
  };
}

// Squares of distances from the channel's first element: a variance that is small beside the
// square of the mean does not cancel.
std::unique_ptr<Kernel> MakeStatistics(const KernelRequest& request, const Columns& n, double) {
  return MakeSums(request, n,
                  {.arrays = {},
                   .begin = "shift[u] = Widen(x0[channel + u]);\n",
                   .terms = {"x", "x * x"},
                   .finish = fmt::format("const W mean = sum[0] / W({0}), square = sum[1] / "
                                         "W({0});\n"
                                         "y0[c] = Widen(x0[c]) + mean;\n"
                                         "y1[c] = max(square - mean * mean, W(0));\n",
                                         n.rows)});
}

// To results `first` and the one after it, with the variance in `variance`.
std::string FinishGradients(int first, std::string_view variance, double epsilon) {
  return fmt::format("y{}[c] = sum[0] * scalar::rsqrt({}[c] + W({:.17g}));\ny{}[c] = sum[1];\n",
                     first, variance, epsilon, first + 1);
}

std::unique_ptr<Kernel> MakeGradientSums(const KernelRequest& request, const Columns& n,
                                         double epsilon) {
  return MakeSums(request, n,
                  {.arrays = {"x3"},
                   .begin = "shift[u] = x1[channel + u];\n",
                   .dy = "at_x3",
                   .terms = {"dy * x", "dy"},
                   .finish = FinishGradients(0, "x2", epsilon)});
}

// Where y is positive is found as the decomposition does, so that dx counts the same elements.
std::unique_ptr<Kernel> MakeReluSums(const KernelRequest& request, const Columns& n,
                                     double epsilon) {
  return MakeSums(request, n,
                  {.arrays = {"x5"},
                   .declare = fmt::format("W scale[{0}], offset[{0}];\n", n.width),
                   .begin = fmt::format("shift[u] = x3[channel + u];\n"
                                        "scale[u] = x1[channel + u] * "
                                        "scalar::rsqrt(x4[channel + u] + W({:.17g}));\n"
                                        "offset[u] = x2[channel + u];\n",
                                        epsilon),
                   .dy = "x * scale[u] + offset[u] > W(0) ? at_x5 : W(0)",
                   .terms = {"dy * x", "dy"},
                   .finish = FinishGradients(0, "x4", epsilon)});
}

// dy from r and one or two gradients, which are the operands from `first` on; a thread reads an
// element of all of them before it writes that of dy.
SumsCode MaskedCode(const KernelRequest& request, size_t first) {
  const bool is_sum = request.operands.size() == first + 3;
  SumsCode code;
  for (size_t i = first; i < request.operands.size(); ++i) {
    code.arrays.push_back(fmt::format("x{}", i));
  }
  code.begin = "shift[u] = x1[channel + u];\n";
  code.dy = fmt::format("at_x{} > W(0) ? at_x{}{} : W(0)", first, first + 1,
                        is_sum ? fmt::format(" + at_x{}", first + 2) : "");
  code.terms = {"dy * x", "dy"};
  code.keep = "y0";
  return code;
}

std::unique_ptr<Kernel> MakeMaskedSums(const KernelRequest& request, const Columns& n,
                                       double epsilon) {
  SumsCode code = MaskedCode(request, 3);
  code.finish = FinishGradients(1, "x2", epsilon);
  return MakeSums(request, n, code, {true, false, false, true, true, true});
}

std::unique_ptr<Kernel> MakeMaskedPairSums(const KernelRequest& request, const Columns& n,
                                           double epsilon) {
  SumsCode code = MaskedCode(request, 6);
  code.arrays.push_back("x3");
  code.declare = fmt::format("W other_shift[{}];\n", n.width);
  code.begin += "other_shift[u] = x4[channel + u];\n";
  code.terms.push_back("dy * (at_x3 - other_shift[u])");
  code.finish = FinishGradients(1, "x2", epsilon) +
                fmt::format("y3[c] = sum[2] * scalar::rsqrt(x5[c] + W({:.17g}));\n", epsilon);
  return MakeSums(request, n, code, {true, false, false, true, false, false, true, true, true});
}

}  // namespace

void RegisterBatchNormCuda(KernelRegistry& registry) {
  registry.Add(ops::kBatchNormStatistics, OfColumns(MakeStatistics));
  registry.Add(ops::kBatchNormSums, OfColumns(MakeGradientSums));
  registry.Add(ops::kBatchNormReluSums, OfColumns(MakeReluSums));
  registry.Add(ops::kBatchNormMaskedSums, OfColumns(MakeMaskedSums));
  registry.Add(ops::kBatchNormMaskedPairSums, OfColumns(MakeMaskedPairSums));
}

}  // namespace tricorn::backend::cuda
