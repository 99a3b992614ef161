#include <array>
#include <limits>

#include "core/backend/cpu/elementwise/elementwise_loops.h"
#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/loops/accumulator.h"
#include "core/backend/cpu/loops/strided_copy.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/reduce/reduce.h"

// Every reduction becomes (outer, reduced, inner) -> (outer, inner), after a transpose where the
// reduced axes do not lie together. Partial results cover fixed ranges, so the order of additions
// does not depend on the number of threads.

namespace tricorn::backend::cpu {
namespace {

struct SumRule {
  template <typename A>
  static A Identity() {
    return A(0);
  }
  template <typename A>
  static A Combine(A a, A b) {
    return static_cast<A>(a + b);
  }
};
struct ProdRule {
  template <typename A>
  static A Identity() {
    return A(1);
  }
  template <typename A>
  static A Combine(A a, A b) {
    return static_cast<A>(a * b);
  }
};
struct MaxRule {
  template <typename A>
  static A Identity() {
    if constexpr (std::is_floating_point_v<A>) return -std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::lowest();
  }
  template <typename A>
  static A Combine(A a, A b) {
    return b > a || b != b ? b : a;
  }
};
struct MinRule {
  template <typename A>
  static A Identity() {
    if constexpr (std::is_floating_point_v<A>) return std::numeric_limits<A>::infinity();
    return std::numeric_limits<A>::max();
  }
  template <typename A>
  static A Combine(A a, A b) {
    return b < a || b != b ? b : a;
  }
};
struct AnyRule {
  template <typename A>
  static A Identity() {
    return false;
  }
  template <typename A>
  static A Combine(A a, A b) {
    return a || b;
  }
};
struct AllRule {
  template <typename A>
  static A Identity() {
    return true;
  }
  template <typename A>
  static A Combine(A a, A b) {
    return a && b;
  }
};

constexpr int64_t kLanes = 64;
constexpr int64_t kRowChunk = 16384;    // elements of a row per partial result
constexpr int64_t kColumnChunk = 1024;  // rows per partial result
constexpr int64_t kElementsPerThread = 16384;

// The reduction of `count` neighbours.
template <typename Rule, typename T>
Accumulator<T> ReduceRow(const T* x, int64_t count) {
  using A = Accumulator<T>;
  if (count < kLanes) {
    A result = Rule::template Identity<A>();
    for (int64_t i = 0; i < count; ++i) result = Rule::Combine(result, static_cast<A>(x[i]));
    return result;
  }
  std::array<A, kLanes> lanes;
  lanes.fill(Rule::template Identity<A>());
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t l = 0; l < kLanes; ++l)
      lanes[l] = Rule::Combine(lanes[l], static_cast<A>(x[i + l]));
  }
  for (int64_t l = 0; i < count; ++i, ++l) lanes[l] = Rule::Combine(lanes[l], static_cast<A>(x[i]));
  for (int64_t width = kLanes / 2; width > 0; width /= 2) {
    for (int64_t l = 0; l < width; ++l) lanes[l] = Rule::Combine(lanes[l], lanes[l + width]);
  }
  return lanes[0];
}

// acc[c] = the reduction of column c of `rows` rows, `stride` elements apart.
template <typename Rule, typename T>
void ReduceColumns(const T* x, int64_t rows, int64_t stride, int64_t columns, Accumulator<T>* acc) {
  using A = Accumulator<T>;
  for (int64_t c = 0; c < columns; ++c) acc[c] = Rule::template Identity<A>();
  if constexpr (std::is_same_v<Rule, SumRule> && std::is_same_v<T, float> &&
                std::is_same_v<A, float>) {
    static const ElementwiseLoop add = FindElementwiseLoop("add", DType::kF32, DType::kF32);
    auto* sums = reinterpret_cast<std::byte*>(acc);
    for (int64_t r = 0; r < rows; ++r) {
      const std::array operands{static_cast<const std::byte*>(sums),
                                reinterpret_cast<const std::byte*>(x + r * stride)};
      add(operands.data(), sums, columns);
    }
    return;
  }
  for (int64_t r = 0; r < rows; ++r) {
    const T* row = x + r * stride;
    for (int64_t c = 0; c < columns; ++c) acc[c] = Rule::Combine(acc[c], static_cast<A>(row[c]));
  }
}

// The shape of a reduction, and how it is cut.
struct Extents {
  int64_t outer = 1;
  int64_t reduced = 1;
  int64_t inner = 1;

  int64_t chunk() const { return inner == 1 ? kRowChunk : kColumnChunk; }
  int64_t num_chunks() const { return std::max<int64_t>((reduced + chunk() - 1) / chunk(), 1); }
  int64_t num_partials() const { return outer * num_chunks() * inner; }
};

template <typename Rule, typename T>
void Reduce(const Extents& e, const T* x, T* y, std::byte* workspace, int num_threads) {
  using A = Accumulator<T>;
  auto* partials = reinterpret_cast<A*>(workspace);
  const int64_t chunks = e.num_chunks();
  const int64_t chunk_elements = std::max<int64_t>(std::min(e.chunk(), e.reduced) * e.inner, 1);
  const int64_t grain = std::max<int64_t>(kElementsPerThread / chunk_elements, 1);
  if (e.outer * chunks == 1 && e.inner > 1) {  // one block of rows: threads share the columns
    ParallelFor(num_threads, e.inner,
                std::max<int64_t>(kElementsPerThread / std::max<int64_t>(e.reduced, 1), 16),
                [&](int64_t begin, int64_t end) {
                  ReduceColumns<Rule>(x + begin, e.reduced, e.inner, end - begin, partials + begin);
                });
  } else {
    ParallelFor(num_threads, e.outer * chunks, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t first = i % chunks * e.chunk();
        const int64_t rows = std::min(e.chunk(), e.reduced - first);
        const T* from = x + (i / chunks * e.reduced + first) * e.inner;
        if (e.inner == 1) {
          partials[i] = ReduceRow<Rule>(from, rows);
        } else {
          ReduceColumns<Rule>(from, rows, e.inner, e.inner, partials + i * e.inner);
        }
      }
    });
  }
  for (int64_t o = 0; o < e.outer; ++o) {
    A* first = partials + o * chunks * e.inner;
    for (int64_t k = 1; k < chunks; ++k) {
      for (int64_t c = 0; c < e.inner; ++c) {
        first[c] = Rule::Combine(first[c], first[k * e.inner + c]);
      }
    }
    for (int64_t c = 0; c < e.inner; ++c) y[o * e.inner + c] = static_cast<T>(first[c]);
  }
}

struct Layout {
  Extents extents;
  std::vector<int64_t> perm;  // kept axes, then reduced ones; empty where no transpose is needed
};

Layout LayoutOf(const Shape& shape, const ops::Axes& axes) {
  std::vector<bool> is_reduced(static_cast<size_t>(shape.rank()), false);
  for (const int64_t axis : axes) is_reduced[static_cast<size_t>(axis)] = true;
  Layout layout;
  bool together = true;
  bool seen_reduced = false;
  bool seen_inner = false;
  for (int k = 0; k < shape.rank(); ++k) {
    if (shape[k] == 1) continue;
    if (is_reduced[static_cast<size_t>(k)]) {
      together &= !seen_inner;
      seen_reduced = true;
      layout.extents.reduced *= shape[k];
    } else if (seen_reduced) {
      seen_inner = true;
      layout.extents.inner *= shape[k];
    } else {
      layout.extents.outer *= shape[k];
    }
  }
  if (together) return layout;
  layout.extents.outer *= layout.extents.inner;
  layout.extents.inner = 1;
  for (const bool reduced : {false, true}) {
    for (size_t k = 0; k < is_reduced.size(); ++k) {
      if (is_reduced[k] == reduced) layout.perm.push_back(static_cast<int64_t>(k));
    }
  }
  return layout;
}

int64_t Aligned(int64_t nbytes) { return (nbytes + 63) / 64 * 64; }

template <typename Rule, typename T>
std::unique_ptr<Kernel> MakeTyped(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  Layout layout = LayoutOf(x.shape, request.attrs.As<ops::ReduceAttrs>().axes);
  const int64_t partials_nbytes =
      Aligned(layout.extents.num_partials() * static_cast<int64_t>(sizeof(Accumulator<T>)));
  const int num_threads = request.num_threads;
  if (layout.perm.empty()) {
    return MakeKernel(
        [extents = layout.extents, num_threads](const KernelArgs& args) {
          Reduce<Rule, T>(extents, args.operand<T>(0), args.result<T>(0), args.workspace,
                          num_threads);
        },
        partials_nbytes);
  }
  const std::vector<int64_t> strides = x.shape.Strides();
  Shape shape = x.shape;
  std::vector<int64_t> from;
  for (size_t k = 0; k < layout.perm.size(); ++k) {
    shape[static_cast<int>(k)] = x.shape[static_cast<int>(layout.perm[k])];
    from.push_back(strides[static_cast<size_t>(layout.perm[k])]);
  }
  return MakeKernel(
      [extents = layout.extents, copy = StridedCopy(shape, from, sizeof(T)), partials_nbytes,
       num_threads](const KernelArgs& args) {
        std::byte* transposed = args.workspace + partials_nbytes;
        copy.Run(args.operands[0], transposed, num_threads);
        Reduce<Rule, T>(extents, reinterpret_cast<const T*>(transposed), args.result<T>(0),
                        args.workspace, num_threads);
      },
      partials_nbytes + x.nbytes());
}

template <typename Rule>
std::unique_ptr<Kernel> MakeNumeric(const KernelRequest& request) {
  return DispatchDType(request.operands[0].dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (std::is_same_v<T, bool>) {
      return nullptr;
    } else {
      return MakeTyped<Rule, T>(request);
    }
  });
}

}  // namespace

void RegisterReduceCpu(KernelRegistry& registry) {
  registry.Add(ops::kSum, MakeNumeric<SumRule>);
  registry.Add(ops::kProd, MakeNumeric<ProdRule>);
  registry.Add(ops::kMax, MakeNumeric<MaxRule>);
  registry.Add(ops::kMin, MakeNumeric<MinRule>);
  registry.Add(ops::kAny, MakeTyped<AnyRule, bool>);
  registry.Add(ops::kAll, MakeTyped<AllRule, bool>);
}

}  // namespace tricorn::backend::cpu
