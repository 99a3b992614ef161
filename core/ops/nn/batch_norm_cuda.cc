#include <algorithm>

#include "core/backend/cuda/element_code.h"
#include "core/backend/cuda/generated_kernel.h"
#include "core/backend/cuda/index_code.h"
#include "core/base/status.h"
#include "core/ops/nn/batch_norm_relu.h"
#include "core/ops/nn/nn.h"

// The two reductions of batch normalization, channels last: two sums a channel in one pass over
// memory, parts of the rows by different blocks and then the parts in their order. What is left of
// normalization is elementwise.

namespace tricorn::backend::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kLanes = 32;              // most threads side by side along the channels
constexpr int64_t kBlocksWanted = 264;  // two for each multiprocessor of an H100
constexpr int64_t kRowsWorth = 4;       // rows a thread for which another block is worth it
constexpr int kFinishLanes = 8;         // threads that share the parts of a channel

// x as rows of channels, walked by blocks of threads which each have `width` channels.
struct Columns {
  int64_t rows = 0, channels = 0;
  int width = 1;
  int lanes = 1;  // threads along the channels; the others take other rows
  int64_t blocks = 1, parts = 1;

  Columns(const ir::Type& x, int64_t num_rows) : rows(num_rows) {
    channels = x.shape[x.rank() - 1];
    width = static_cast<int>(16 / std::max<int64_t>(SizeOf(x.dtype), 2));
    while (channels % width != 0) width /= 2;
    const int64_t groups = channels / width;
    while (lanes < kLanes && lanes < groups) lanes *= 2;
    blocks = (groups + lanes - 1) / lanes;
    const int64_t worth = rows / (kThreads / lanes * kRowsWorth);
    parts = std::clamp<int64_t>(std::min(worth, kBlocksWanted / blocks), 1, 256);
  }
};

// The pieces in which the two reductions differ. `x` are the wide elements of x0, `channel` and `u`
// tell where.
struct SumsCode {
  std::string declare = "";  // numbers a channel
  std::string begin = "";    // before the rows, for each channel u of the thread
  std::string first;         // the term of the first sum
  std::string second;        // and of the second
  std::string dy = "";       // the operand that is dy; none when there is none
  std::string keeps = "";    // whether dy counts, from the wide element `given` of x0
  std::string finish;        // from `a` and `b`, the sums of channel `c`, to y0 and y1
};

std::string PartCode(const Columns& n, const SumsCode& code, std::string_view type) {
  return fmt::format(
      "typedef {index} Index; typedef Wide<{type}> W;\n"
      "__shared__ W shared[2][{threads}][{width}];\n"
      "const int lane = threadIdx.x % {lanes}, line = threadIdx.x / {lanes};\n"
      "const Index channel = (Index(blockIdx.x) * {lanes} + lane) * {width};\n"
      "const Index begin = Index(blockIdx.y) * {part};\n"
      "const Index end = begin + {part} < {rows} ? begin + {part} : Index({rows});\n"
      "W a[{width}] = {{}}, b[{width}] = {{}};\n"
      "if (channel < {channels}) {{\n"
      "W shift[{width}];\n{declare}#pragma unroll\nfor (int u = 0; u < {width}; ++u) "
      "{{\n{begin_channel}}}\n"
      "#pragma unroll 4\n"
      "for (Index row = begin + line; row < end; row += {lines}) {{\n"
      "const Index at = row * {channels} + channel;\n"
      "const auto xs = Load<{width}>(x0 + at, {width});\n{dys}"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n"
      "const W given = Widen(xs.at[u]), x = given - shift[u];\n{dy}a[u] += {first};\nb[u] += "
      "{second};\n}}\n}}\n}}\n"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n"
      "shared[0][threadIdx.x][u] = a[u]; shared[1][threadIdx.x][u] = b[u]; }}\n__syncthreads();\n"
      "for (int half = {threads} / 2; half >= {lanes}; half /= 2) {{\n"
      "if (threadIdx.x < half) {{\n#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n"
      "shared[0][threadIdx.x][u] += shared[0][threadIdx.x + half][u];\n"
      "shared[1][threadIdx.x][u] += shared[1][threadIdx.x + half][u]; }} }}\n"
      "__syncthreads(); }}\n"
      "if (line == 0 && channel < {channels}) {{\n"
      "W* to = (W*)workspace + Index(blockIdx.y) * {channels} * 2 + channel;\n"
      "#pragma unroll\nfor (int u = 0; u < {width}; ++u) {{\n"
      "to[u] = shared[0][lane][u]; to[{channels} + u] = shared[1][lane][u]; }} }}\n",
      fmt::arg("index", IndexType((n.rows + kThreads * kRowsWorth) * n.channels)),
      fmt::arg("type", type), fmt::arg("width", n.width), fmt::arg("threads", kThreads),
      fmt::arg("lanes", n.lanes), fmt::arg("lines", kThreads / n.lanes),
      fmt::arg("part", (n.rows + n.parts - 1) / n.parts), fmt::arg("rows", n.rows),
      fmt::arg("channels", n.channels), fmt::arg("begin_channel", code.begin),
      fmt::arg("declare", code.declare), fmt::arg("first", code.first),
      fmt::arg("second", code.second),
      fmt::arg("dys", code.dy.empty() ? ""
                                      : fmt::format("const auto dys = Load<{0}>({1} + at, {0});\n",
                                                    n.width, code.dy)),
      fmt::arg("dy", code.dy.empty() ? ""
                                     : fmt::format("const W dy = {} ? Widen(dys.at[u]) : W(0);\n",
                                                   code.keeps)));
}

std::string FinishCode(const Columns& n, const SumsCode& code, std::string_view type) {
  return fmt::format(
      "typedef i64 Index; typedef Wide<{type}> W;\n__shared__ W shared[2][{threads}];\n"
      "const int lane = threadIdx.x % 32;\nconst Index c = Index(blockIdx.x) * 32 + lane;\n"
      "W a = W(0), b = W(0);\n"
      "if (c < {channels}) for (int p = threadIdx.x / 32; p < {parts}; p += {lines}) {{\n"
      "const W* from = (const W*)workspace + Index(p) * {channels} * 2 + c;\n"
      "a += from[0]; b += from[{channels}]; }}\n"
      "shared[0][threadIdx.x] = a; shared[1][threadIdx.x] = b;\n__syncthreads();\n"
      "if (threadIdx.x >= 32 || c >= {channels}) return;\n"
      "for (int line = 1; line < {lines}; ++line) {{\n"
      "a += shared[0][line * 32 + lane]; b += shared[1][line * 32 + lane]; }}\n{finish}",
      fmt::arg("type", type), fmt::arg("threads", 32 * kFinishLanes),
      fmt::arg("channels", n.channels), fmt::arg("parts", n.parts), fmt::arg("lines", kFinishLanes),
      fmt::arg("finish", code.finish));
}

std::unique_ptr<Kernel> MakeSums(const KernelRequest& request, const SumsCode& code) {
  const ir::Type& x = request.operands[0];
  const int64_t axis = request.attrs.As<ops::BatchNormAttrs>().axis;
  if (axis != x.rank() - 1 || x.num_elements() == 0) return nullptr;
  const Columns n(x, x.num_elements() / x.shape[x.rank() - 1]);
  const std::string_view type = TypeName(x.dtype);
  const std::vector<GeneratedKernel::Stage> stages = {
      {PartCode(n, code, type), {.blocks = n.blocks, .threads = kThreads, .blocks_y = n.parts}},
      {FinishCode(n, code, type),
       {.blocks = (n.channels + 31) / 32, .threads = 32 * kFinishLanes}}};
  const int64_t wide_nbytes = std::max<int64_t>(SizeOf(x.dtype), 4);
  return std::make_unique<GeneratedKernel>(request, stages, n.parts * n.channels * 2 * wide_nbytes);
}

// Squares of distances from the channel's first element: a variance that is small beside the
// square of the mean does not cancel.
std::unique_ptr<Kernel> MakeStatistics(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const double count =
      static_cast<double>(x.num_elements()) / static_cast<double>(request.results[0].shape[0]);
  return MakeSums(
      request, {.begin = "shift[u] = Widen(x0[channel + u]);\n",
                .first = "x",
                .second = "x * x",
                .finish = fmt::format("const W mean = a / W({0:.17g}), square = b / W({0:.17g});\n"
                                      "y0[c] = Widen(x0[c]) + mean;\n"
                                      "y1[c] = max(square - mean * mean, W(0));\n",
                                      count)});
}

std::unique_ptr<Kernel> MakeGradientSums(const KernelRequest& request) {
  const double epsilon = request.attrs.As<ops::BatchNormAttrs>().epsilon;
  return MakeSums(request,
                  {.begin = "shift[u] = x1[channel + u];\n",
                   .first = "dy * x",
                   .second = "dy",
                   .dy = "x3",
                   .keeps = "true",
                   .finish = fmt::format(
                       "y0[c] = a * scalar::rsqrt(x2[c] + W({:.17g}));\ny1[c] = b;\n", epsilon)});
}

// Where y is positive is found as the decomposition does, so that dx counts the same elements.
std::unique_ptr<Kernel> MakeReluSums(const KernelRequest& request) {
  const double epsilon = request.attrs.As<ops::BatchNormAttrs>().epsilon;
  return MakeSums(request,
                  {.declare = fmt::format("W scale[{0}], offset[{0}];\n",
                                          Columns(request.operands[0], 1).width),
                   .begin = fmt::format("shift[u] = x3[channel + u];\n"
                                        "scale[u] = x1[channel + u] * "
                                        "scalar::rsqrt(x4[channel + u] + W({:.17g}));\n"
                                        "offset[u] = x2[channel + u] - shift[u] * scale[u];\n",
                                        epsilon),
                   .first = "dy * x",
                   .second = "dy",
                   .dy = "x5",
                   .keeps = "given * scale[u] + offset[u] > W(0)",
                   .finish = fmt::format(
                       "y0[c] = a * scalar::rsqrt(x4[c] + W({:.17g}));\ny1[c] = b;\n", epsilon)});
}

}  // namespace

void RegisterBatchNormCuda(KernelRegistry& registry) {
  registry.Add(ops::kBatchNormStatistics, MakeStatistics);
  registry.Add(ops::kBatchNormSums, MakeGradientSums);
  registry.Add(ops::kBatchNormReluSums, MakeReluSums);
}

}  // namespace tricorn::backend::cuda
