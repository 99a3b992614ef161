#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/backend/cpu/accumulator.h"
#include "core/backend/cpu/function_kernel.h"
#include "core/backend/cpu/parallel.h"
#include "core/ops/nn/ctc_beam.h"

namespace tricorn::backend::cpu {
namespace {

std::unique_ptr<Kernel> MakeCtcBeamSearch(const KernelRequest& request) {
  const Shape& shape = request.operands[0].shape;
  const auto a = request.attrs.As<ops::CtcBeamSearchAttrs>();
  return DispatchDType(request.operands[0].dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    if constexpr (!kIsHalf<T> && !std::is_floating_point_v<T>) {
      return nullptr;
    } else {
      using A = Accumulator<T>;
      return MakeKernel([=, batch = shape[0], frames = shape[1], num_classes = shape[2],
                         num_threads = request.num_threads](const KernelArgs& args) {
        const T* log_probs = args.operand<T>(0);
        const int32_t* lengths = args.operand<int32_t>(1);
        int32_t* paths = args.result<int32_t>(0);
        T* scores = args.result<T>(1);
        std::fill_n(paths, a.top_paths * batch * frames, -1);
        std::fill_n(scores, batch * a.top_paths,
                    static_cast<T>(-std::numeric_limits<A>::infinity()));
        ParallelFor(num_threads, batch, 1, [&](int64_t begin, int64_t end) {
          for (int64_t b = begin; b < end; ++b) {
            const T* from = log_probs + b * frames * num_classes;
            std::vector<double> wide(static_cast<size_t>(frames * num_classes));
            std::transform(from, from + frames * num_classes, wide.begin(),
                           [](T x) { return static_cast<A>(x); });
            // The first frame counts even of an empty sequence, as in Keras.
            const int64_t length = std::clamp<int64_t>(lengths[b], 1, frames);
            const auto best = ops::CtcBeam(wide.data(), length, num_classes, a);
            for (size_t k = 0; k < best.size(); ++k) {
              const int64_t path = static_cast<int64_t>(k);
              std::copy(best[k].classes.begin(), best[k].classes.end(),
                        paths + (path * batch + b) * frames);
              scores[b * a.top_paths + path] = static_cast<T>(static_cast<A>(best[k].score));
            }
          }
        });
      });
    }
  });
}

}  // namespace

void RegisterCtcBeamSearchCpu(KernelRegistry& registry) {
  registry.Add(ops::kCtcBeamSearch, MakeCtcBeamSearch);
}

}  // namespace tricorn::backend::cpu
