#include "core/backend/cuda/product/narrow_product.h"

#include <fmt/core.h>

#include "core/backend/cuda/codegen/element_code.h"
#include "core/backend/cuda/kernel/generated_kernel.h"

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kFew = 16;
constexpr int64_t kMaxElements = int64_t{1} << 22;  // of the wide side: larger ones fill tiles
constexpr int64_t kMaxSummed = 4096;                // rows that the threads of one block sum over
constexpr int kThreads = 256;
constexpr int kWarps = kThreads / 32;
constexpr int64_t kColumnsPerBlock = 8;
constexpr int64_t kRowsPerThread = 4;

// y (kRows, kOut) = a (kRows, kLength) b^T with few columns: a warp a row, b in shared memory by
// chunks, as rows that its lanes read four elements of at a time.
constexpr char kFewColumns[] = R"(
constexpr int kChunk = 512, kPitch = kChunk + 4;
__shared__ __align__(16) f32 few[kOut * kPitch];
const int lane = threadIdx.x % 32;
const int row = blockIdx.x * (kThreads / 32) + threadIdx.x / 32;
const T* const from = x0 + i64(row < kRows ? row : kRows - 1) * kStepA;
f32 sum[kOut] = {};
for (int first = 0; first < kLength; first += kChunk) {
  Vector<T, 4> own[kChunk / 128];
#pragma unroll
  for (int j = 0; j < kChunk / 128; ++j) {
    const int k = first + j * 128 + lane * 4;
    own[j] = k < kLength ? Load<4>(from + k) : Vector<T, 4>{};
  }
  if (first > 0) __syncthreads();
  for (int i = threadIdx.x; i < kOut * kChunk; i += kThreads) {
    const int n = kIsRowMajorB ? i / kChunk : i % kOut;
    const int k = kIsRowMajorB ? i % kChunk : i / kOut;
    const i64 at = kIsRowMajorB ? n * kStepB + first + k : (first + k) * kStepB + n;
    few[n * kPitch + k] = first + k < kLength ? Widen(x1[at]) : 0.0f;
  }
  __syncthreads();
#pragma unroll
  for (int j = 0; j < kChunk / 128; ++j) {
#pragma unroll
    for (int n = 0; n < kOut; ++n) {
      const Vector<f32, 4> b = Load<4>(few + n * kPitch + j * 128 + lane * 4);
#pragma unroll
      for (int u = 0; u < 4; ++u) sum[n] = __fmaf_rn(Widen(own[j].at[u]), b.at[u], sum[n]);
    }
  }
}
f32 value = 0;
#pragma unroll
for (int n = 0; n < kOut; ++n) {
  const f32 all = FoldLanes<Sum, 32>(sum[n]);
  if (lane == n) value = all;
}
if (row < kRows && lane < kOut) {
  const int n = lane;
  FINISH
  y0[row * kOut + n] = Narrow<T>::Of(value);
}
)";

// y (kRows, kOut) = a b^T with few columns, where a lies as (kLength, kRows) and b as (kLength,
// kOut): the gradient of a narrow layer's weights. A block sums eight columns of a: pairs of lanes
// have four columns each of every 128th row.
constexpr char kFewColumnSums[] = R"(
__shared__ f32 parts[kThreads / 32][8 * kOut];
const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
const int quad = threadIdx.x % 2;
const T* const from = x0 + blockIdx.x * 8 + quad * 4;
f32 sum[4][kOut] = {};
#pragma unroll 4
for (int k = threadIdx.x / 2; k < kLength; k += kThreads / 2) {
  const Vector<T, 4> a = Load<4>(from + k * kStepA);
#pragma unroll
  for (int n = 0; n < kOut; ++n) {
    const f32 b = Widen(x1[k * kStepB + n]);
#pragma unroll
    for (int c = 0; c < 4; ++c) sum[c][n] = __fmaf_rn(Widen(a.at[c]), b, sum[c][n]);
  }
}
// Lanes two and four apart share out the columns as they add theirs up: one is left to each.
const bool upper = lane & 2, odd = lane & 4;
const int column = (upper ? 2 : 0) + (odd ? 1 : 0);
#pragma unroll
for (int n = 0; n < kOut; ++n) {
  f32 pair[2];
#pragma unroll
  for (int c = 0; c < 2; ++c) {
    const f32 given = ShuffleXor(upper ? sum[c][n] : sum[c + 2][n], 2);
    pair[c] = (upper ? sum[c + 2][n] : sum[c][n]) + given;
  }
  const f32 given = ShuffleXor(odd ? pair[0] : pair[1], 4);
  f32 one = (odd ? pair[1] : pair[0]) + given;
  one += ShuffleXor(one, 8);
  one += ShuffleXor(one, 16);
  if (lane < 8) parts[warp][(quad * 4 + column) * kOut + n] = one;
}
__syncthreads();
if (threadIdx.x < 8 * kOut) {
  f32 value = parts[0][threadIdx.x];
#pragma unroll
  for (int w = 1; w < kThreads / 32; ++w) value += parts[w][threadIdx.x];
  const int n = threadIdx.x % kOut;
  FINISH
  y0[blockIdx.x * (8 * kOut) + threadIdx.x] = Narrow<T>::Of(value);
}
)";

// y (kRows, kOut) = a b^T of few contracted elements: a thread has four columns of b in registers
// for a few rows.
constexpr char kFewContracted[] = R"(
constexpr int kQuads = kOut / 4;
const i64 thread = i64(blockIdx.x) * kThreads + threadIdx.x;
const int quad = thread % kQuads;
const i64 first = thread / kQuads * kRowsPerThread;
if (first >= kRows) return;
f32 b[4][kLength];
#pragma unroll
for (int c = 0; c < 4; ++c) {
#pragma unroll
  for (int k = 0; k < kLength; ++k) {
    const int n = quad * 4 + c;
    b[c][k] = Widen(x1[kIsRowMajorB ? n * kStepB + k : k * kStepB + n]);
  }
}
#pragma unroll
for (int r = 0; r < kRowsPerThread; ++r) {
  const i64 row = first + r;
  if (row >= kRows) break;
  f32 sum[4] = {};
#pragma unroll
  for (int k = 0; k < kLength; ++k) {
    const f32 a = Widen(x0[kIsRowMajorA ? row * kStepA + k : k * kStepA + row]);
#pragma unroll
    for (int c = 0; c < 4; ++c) sum[c] = __fmaf_rn(a, b[c][k], sum[c]);
  }
  Vector<T, 4> values;
#pragma unroll
  for (int c = 0; c < 4; ++c) {
    const int n = quad * 4 + c;
    f32 value = sum[c];
    FINISH
    values.at[c] = Narrow<T>::Of(value);
  }
  Store(values, y0 + row * kOut + quad * 4);
}
)";

// What comes after the sum.
std::string Finish(const FusedProductAttrs& attrs) {
  std::string code;
  if (attrs.has_bias) code += "value += Widen(x2[n]);";
  if (attrs.has_relu) code += "value = scalar::maximum(value, 0.0f);";
  return code;
}

std::unique_ptr<Kernel> Make(const KernelRequest& request, const FusedProductAttrs& attrs,
                             const ProductLayout& layout, std::string code, int64_t blocks) {
  constexpr std::string_view kFinish = "FINISH";
  code.replace(code.find(kFinish), kFinish.size(), Finish(attrs));
  const MatrixLayout &a = layout.a, &b = layout.b;
  const std::string constants = fmt::format(
      "typedef {} T;\nconstexpr int kThreads = {}, kRows = {}, kOut = {}, kLength = {}, "
      "kRowsPerThread = {};\nconstexpr i64 kStepA = {}, kStepB = {};\n"
      "constexpr bool kIsRowMajorA = {}, kIsRowMajorB = {};\n",
      TypeName(request.results[0].dtype), kThreads, a.rows, b.rows, a.columns, kRowsPerThread,
      a.leading, b.leading, a.is_row_major, b.is_row_major);
  return std::make_unique<GeneratedKernel>(
      request, std::vector<GeneratedKernel::Stage>{
                   {constants + code, {.blocks = blocks, .threads = kThreads}}});
}

// Whether four elements of a line are one access.
bool HasQuads(const MatrixLayout& m) {
  const int64_t line = m.is_row_major ? m.columns : m.rows;
  return line % 4 == 0 && m.leading % 4 == 0;
}

int64_t CeilOf(int64_t count, int64_t part) { return (count + part - 1) / part; }

}  // namespace

std::unique_ptr<Kernel> MakeNarrowProduct(const KernelRequest& request,
                                          const FusedProductAttrs& attrs,
                                          const ProductLayout& layout) {
  const MatrixLayout &a = layout.a, &b = layout.b;
  const DType dtype = request.results[0].dtype;
  const bool is_simple = layout.batch == 1 && layout.places.size() == 1 && !attrs.has_addend &&
                         request.is_aligned && dtype != DType::kF64;
  if (!is_simple || a.rows < kFew) return nullptr;
  if (a.columns <= kFew) {
    if (b.rows % 4 != 0 || a.rows * b.rows > kMaxElements) return nullptr;
    const int64_t threads = CeilOf(a.rows, kRowsPerThread) * (b.rows / 4);
    return Make(request, attrs, layout, kFewContracted, CeilOf(threads, kThreads));
  }
  if (b.rows > kFew || a.rows * a.columns > kMaxElements || !HasQuads(a)) return nullptr;
  if (a.is_row_major) {
    return Make(request, attrs, layout, kFewColumns, CeilOf(a.rows, kWarps));
  }
  const bool fits = !b.is_row_major && a.rows % kColumnsPerBlock == 0 && a.columns <= kMaxSummed;
  return fits ? Make(request, attrs, layout, kFewColumnSums, a.rows / kColumnsPerBlock) : nullptr;
}

}  // namespace tricorn::backend::cuda
