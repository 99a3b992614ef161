#include <algorithm>

#include "core/backend/cpu/elementwise/elementwise_loops.h"
#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/processor/no_dependence.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/recurrent/lstm_gates.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kElementsPerThread = 2048;

// The loops of the widest vectors, on rows that stay in the first-level cache.
template <typename T>
struct Loops {
  ElementwiseLoop add, sigmoid, tanh;
  Loops() {
    constexpr DType dtype = DTypeOf<T>::value;
    add = FindElementwiseLoop("add", dtype, dtype);
    sigmoid = FindElementwiseLoop("sigmoid", dtype, dtype);
    tanh = FindElementwiseLoop("tanh", dtype, dtype);
  }
  static void Apply(ElementwiseLoop loop, const T* x, T* y, int64_t count) {
    const std::byte* operand = reinterpret_cast<const std::byte*>(x);
    loop(&operand, reinterpret_cast<std::byte*>(y), count);
  }
  void Add(const T* a, const T* b, T* y, int64_t count) const {
    const std::byte* operands[] = {reinterpret_cast<const std::byte*>(a),
                                   reinterpret_cast<const std::byte*>(b)};
    add(operands, reinterpret_cast<std::byte*>(y), count);
  }
};

template <typename T>
class LstmGatesKernel : public Kernel {
 public:
  LstmGatesKernel(int64_t batch, int64_t units, int num_threads)
      : batch_(batch), units_(units), num_threads_(num_threads) {}

  bool may_overwrite(size_t) const override { return true; }

  absl::Status Run(const KernelArgs& args) const override {
    const int64_t grain = std::max<int64_t>(kElementsPerThread / std::max<int64_t>(units_, 1), 1);
    ParallelFor(num_threads_, batch_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) Row(args, row);
    });
    return absl::OkStatus();
  }

 private:
  void Row(const KernelArgs& args, int64_t row) const {
    const int64_t n = units_;
    const T* c = args.operand<T>(2) + row * n;
    T* h = args.result<T>(0) + row * n;
    T* next = args.result<T>(1) + row * n;
    T* gates = args.result<T>(2) + row * 4 * n;
    loops_.Add(args.operand<T>(0) + row * 4 * n, args.operand<T>(1) + row * 4 * n, gates, 4 * n);
    loops_.Apply(loops_.sigmoid, gates, gates, 2 * n);
    loops_.Apply(loops_.tanh, gates + 2 * n, gates + 2 * n, n);
    loops_.Apply(loops_.sigmoid, gates + 3 * n, gates + 3 * n, n);
    const T *i = gates, *f = gates + n, *g = gates + 2 * n, *o = gates + 3 * n;
    TRICORN_NO_DEPENDENCE
    for (int64_t k = 0; k < n; ++k) next[k] = f[k] * c[k] + i[k] * g[k];
    loops_.Apply(loops_.tanh, next, h, n);
    TRICORN_NO_DEPENDENCE
    for (int64_t k = 0; k < n; ++k) h[k] = o[k] * h[k];
  }

  const Loops<T> loops_;
  const int64_t batch_;
  const int64_t units_;
  const int num_threads_;
};

template <typename T>
class LstmGatesGradientKernel : public Kernel {
 public:
  LstmGatesGradientKernel(int64_t batch, int64_t units, int num_threads)
      : batch_(batch), units_(units), num_threads_(num_threads) {}

  absl::Status Run(const KernelArgs& args) const override {
    const int64_t grain = std::max<int64_t>(kElementsPerThread / std::max<int64_t>(units_, 1), 1);
    ParallelFor(num_threads_, batch_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) Row(args, row);
    });
    return absl::OkStatus();
  }

 private:
  void Row(const KernelArgs& args, int64_t row) const {
    const int64_t n = units_;
    const T* gates = args.operand<T>(0) + row * 4 * n;
    const T *i = gates, *f = gates + n, *g = gates + 2 * n, *o = gates + 3 * n;
    const T* c = args.operand<T>(1) + row * n;
    const T* dh = args.operand<T>(3) + row * n;
    const T* dnext = args.operand<T>(4) + row * n;
    T* dz = args.result<T>(0) + row * 4 * n;
    T* dc = args.result<T>(1) + row * n;
    T *di = dz, *df = dz + n, *dg = dz + 2 * n, *dout = dz + 3 * n;
    loops_.Apply(loops_.tanh, args.operand<T>(2) + row * n, dc, n);
    TRICORN_NO_DEPENDENCE
    for (int64_t k = 0; k < n; ++k) {
      const T t = dc[k];
      const T d = dnext[k] + dh[k] * o[k] * (1 - t * t);
      di[k] = d * g[k] * i[k] * (1 - i[k]);
      df[k] = d * c[k] * f[k] * (1 - f[k]);
      dg[k] = d * i[k] * (1 - g[k] * g[k]);
      dout[k] = dh[k] * t * o[k] * (1 - o[k]);
      dc[k] = d * f[k];
    }
  }

  const Loops<T> loops_;
  const int64_t batch_;
  const int64_t units_;
  const int num_threads_;
};

template <template <typename> typename K>
std::unique_ptr<Kernel> Make(const KernelRequest& request, const ir::Type& state) {
  const int64_t batch = state.shape[0], units = state.shape[1];
  if (state.dtype == DType::kF32) {
    return std::make_unique<K<float>>(batch, units, request.num_threads);
  }
  if (state.dtype == DType::kF64) {
    return std::make_unique<K<double>>(batch, units, request.num_threads);
  }
  return nullptr;
}

}  // namespace

void RegisterLstmGatesCpu(KernelRegistry& registry) {
  registry.Add(ops::kLstmGates, [](const KernelRequest& request) {
    return Make<LstmGatesKernel>(request, request.operands[2]);
  });
  registry.Add(ops::kLstmGatesGradient, [](const KernelRequest& request) {
    return Make<LstmGatesGradientKernel>(request, request.operands[1]);
  });
}

}  // namespace tricorn::backend::cpu
