#include <algorithm>
#include <cmath>

#include "core/backend/cpu/kernel/kernel.h"
#include "core/backend/cpu/loops/row_loops.h"
#include "core/backend/cpu/processor/no_dependence.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/layer_norm/layer_norm.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kElementsPerThread = 8192;
// Ranges of rows whose sums are added up one after the other: few enough to be cheap, and not as
// many as threads, so that the order of sums does not depend on these.
constexpr int64_t kPieces = 16;

struct Rows {
  int64_t count = 1;
  int64_t length = 1;

  Rows(const Shape& shape, int64_t axis) {
    for (int i = 0; i < shape.rank(); ++i) (i < axis ? count : length) *= shape[i];
  }
  int64_t grain() const { return std::max<int64_t>(kElementsPerThread / length, 1); }
};

// With a mean (layer_norm) or without (rms_norm). float32.
template <bool kCentered>
class NormKernel : public Kernel {
 public:
  NormKernel(const Rows& rows, double epsilon, int num_threads)
      : rows_(rows), epsilon_(static_cast<float>(epsilon)), num_threads_(num_threads) {}

  bool may_overwrite(size_t operand) const override { return operand == 0; }

  absl::Status Run(const KernelArgs& args) const override {
    const float* gamma = args.operand<float>(1);
    ParallelFor(num_threads_, rows_.count, rows_.grain(), [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const float* x = args.operand<float>(0) + i * rows_.length;
        float* y = args.result<float>(0) + i * rows_.length;
        float mean = 0;
        if constexpr (kCentered) {
          mean = SumRow(rows_.length, [&](int64_t k) { return x[k]; }) / length();
          args.result<float>(1)[i] = mean;
        }
        const float squares =
            SumRow(rows_.length, [&](int64_t k) { return (x[k] - mean) * (x[k] - mean); });
        const float inverse = 1 / std::sqrt(squares / length() + epsilon_);
        args.result<float>(kCentered ? 2 : 1)[i] = inverse;
        if constexpr (kCentered) {
          const float* beta = args.operand<float>(2);
          TRICORN_NO_DEPENDENCE
          for (int64_t k = 0; k < rows_.length; ++k) {
            y[k] = (x[k] - mean) * inverse * gamma[k] + beta[k];
          }
        } else {
          TRICORN_NO_DEPENDENCE
          for (int64_t k = 0; k < rows_.length; ++k) y[k] = x[k] * inverse * gamma[k];
        }
      }
    });
    return absl::OkStatus();
  }

 private:
  float length() const { return static_cast<float>(rows_.length); }

  const Rows rows_;
  const float epsilon_;
  const int num_threads_;
};

// One pass over the rows for dx; the gradients of gamma and beta are summed in pieces of rows.
template <bool kCentered>
class NormGradientKernel : public Kernel {
 public:
  NormGradientKernel(const Rows& rows, int num_threads) : rows_(rows), num_threads_(num_threads) {}

  int64_t workspace_nbytes() const override { return NumSums() * kPieces * rows_.length * 4; }

  absl::Status Run(const KernelArgs& args) const override {
    auto* sums = reinterpret_cast<float*>(args.workspace);
    std::fill_n(sums, NumSums() * kPieces * rows_.length, 0.0f);
    const int64_t grain = rows_.count * rows_.length < kElementsPerThread ? kPieces : 1;
    ParallelFor(num_threads_, kPieces, grain, [&](int64_t begin, int64_t end) {
      for (int64_t piece = begin; piece < end; ++piece) {
        float* dgamma = sums + piece * NumSums() * rows_.length;
        for (int64_t i = rows_.count * piece / kPieces; i < rows_.count * (piece + 1) / kPieces;
             ++i) {
          Row(args, i, dgamma, dgamma + rows_.length);
        }
      }
    });
    for (int64_t which = 0; which < NumSums(); ++which) {
      float* total = args.result<float>(static_cast<size_t>(1 + which));
      std::fill_n(total, rows_.length, 0.0f);
      for (int64_t piece = 0; piece < kPieces; ++piece) {
        const float* sum = sums + (piece * NumSums() + which) * rows_.length;
        TRICORN_NO_DEPENDENCE
        for (int64_t k = 0; k < rows_.length; ++k) total[k] += sum[k];
      }
    }
    return absl::OkStatus();
  }

 private:
  static constexpr int64_t NumSums() { return kCentered ? 2 : 1; }

  // dbeta is not there without a mean.
  void Row(const KernelArgs& args, int64_t i, float* dgamma, float* dbeta) const {
    constexpr size_t kStatistics = 2;  // first operand of them: mean and inverse, or inverse
    const int64_t length = rows_.length;
    const float* x = args.operand<float>(0) + i * length;
    const float* gamma = args.operand<float>(1);
    const float mean = kCentered ? args.operand<float>(kStatistics)[i] : 0;
    const float inverse = args.operand<float>(kStatistics + (kCentered ? 1 : 0))[i];
    const float* dy = args.operand<float>(kStatistics + (kCentered ? 2 : 1)) + i * length;
    float* dx = args.result<float>(0) + i * length;
    const auto normal = [&](int64_t k) { return (x[k] - mean) * inverse; };
    const float slope = SumRow(length, [&](int64_t k) { return dy[k] * gamma[k] * normal(k); }) /
                        static_cast<float>(length);
    float shift = 0;
    if constexpr (kCentered) {
      shift =
          SumRow(length, [&](int64_t k) { return dy[k] * gamma[k]; }) / static_cast<float>(length);
    }
    TRICORN_NO_DEPENDENCE
    for (int64_t k = 0; k < length; ++k) {
      const float centered = normal(k);
      dgamma[k] += dy[k] * centered;
      if constexpr (kCentered) dbeta[k] += dy[k];
      dx[k] = (dy[k] * gamma[k] - shift - centered * slope) * inverse;
    }
  }

  const Rows rows_;
  const int num_threads_;
};

template <template <bool> typename K, bool kCentered, typename... Args>
std::unique_ptr<Kernel> Make(const KernelRequest& request, Args... args) {
  const ir::Type& x = request.operands[0];
  const Rows rows(x.shape, request.attrs.As<ops::LayerNormAttrs>().axis);
  if (x.dtype != DType::kF32 || rows.length == 0) return nullptr;
  return std::make_unique<K<kCentered>>(rows, args..., request.num_threads);
}

template <bool kCentered>
std::unique_ptr<Kernel> MakeNorm(const KernelRequest& request) {
  return Make<NormKernel, kCentered>(request, request.attrs.As<ops::LayerNormAttrs>().epsilon);
}
template <bool kCentered>
std::unique_ptr<Kernel> MakeNormGradient(const KernelRequest& request) {
  return Make<NormGradientKernel, kCentered>(request);
}

}  // namespace

void RegisterLayerNormCpu(KernelRegistry& registry) {
  registry.Add(ops::kLayerNorm, MakeNorm<true>);
  registry.Add(ops::kLayerNormGradient, MakeNormGradient<true>);
  registry.Add(ops::kRmsNorm, MakeNorm<false>);
  registry.Add(ops::kRmsNormGradient, MakeNormGradient<false>);
}

}  // namespace tricorn::backend::cpu
