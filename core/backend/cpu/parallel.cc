#include "core/backend/cpu/parallel.h"

#include <algorithm>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tricorn::backend::cpu {

int64_t NumPieces(int num_threads, int64_t count, int64_t grain) {
  return std::clamp<int64_t>(count / std::max<int64_t>(grain, 1), 1, std::max(num_threads, 1));
}

void ParallelPieces(int num_threads, int64_t count, int64_t grain,
                    absl::FunctionRef<void(int64_t piece, int64_t begin, int64_t end)> body) {
  if (count <= 0) return;
  const int64_t pieces = NumPieces(num_threads, count, grain);
  if (pieces == 1) return body(0, 0, count);
#ifdef _OPENMP
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(pieces))
#endif
  for (int64_t i = 0; i < pieces; ++i) body(i, count * i / pieces, count * (i + 1) / pieces);
}

void ParallelFor(int num_threads, int64_t count, int64_t grain,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body) {
  ParallelPieces(num_threads, count, grain,
                 [&](int64_t, int64_t begin, int64_t end) { body(begin, end); });
}

#ifdef _OPENMP
ThreadCountScope::ThreadCountScope(int num_threads) : previous_(omp_get_max_threads()) {
  if (num_threads != previous_) omp_set_num_threads(num_threads);
}
ThreadCountScope::~ThreadCountScope() { omp_set_num_threads(previous_); }
#else
ThreadCountScope::ThreadCountScope(int) : previous_(1) {}
ThreadCountScope::~ThreadCountScope() = default;
#endif

}  // namespace tricorn::backend::cpu
