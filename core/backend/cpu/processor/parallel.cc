#include "core/backend/cpu/processor/parallel.h"

#include <algorithm>

#ifdef _OPENMP
#include <omp.h>
#endif

namespace tricorn::backend::cpu {
namespace {

// Makes subnormal operands and results 0 on this thread; the mode before.
#ifdef __SSE2__
void SetFloatMode(unsigned mode) { __builtin_ia32_ldmxcsr(mode); }
unsigned FlushSubnormals() {
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x40;
  const unsigned mode = __builtin_ia32_stmxcsr();
  const unsigned wanted = mode | kFlushToZero | kDenormalsAreZero;
  if (mode != wanted) SetFloatMode(wanted);
  return mode;
}
#else
void SetFloatMode(unsigned) {}
unsigned FlushSubnormals() { return 0; }
#endif

}  // namespace

int64_t NumPieces(int num_threads, int64_t count, int64_t grain) {
  return std::clamp<int64_t>(count / std::max<int64_t>(grain, 1), 1, std::max(num_threads, 1));
}

void ParallelPieces(int num_threads, int64_t count, int64_t grain,
                    absl::FunctionRef<void(int64_t piece, int64_t begin, int64_t end)> body) {
  if (count <= 0) return;
  const int64_t pieces = NumPieces(num_threads, count, grain);
  if (pieces == 1) return body(0, 0, count);
#ifdef _OPENMP
    // One team size for a whole run: OpenMP ends threads that a smaller team leaves over.
#pragma omp parallel num_threads(num_threads)
  {
    if (omp_get_thread_num() != 0) FlushSubnormals();  // the caller's scope has its mode
#pragma omp for schedule(static, 1)
    for (int64_t i = 0; i < pieces; ++i) body(i, count * i / pieces, count * (i + 1) / pieces);
  }
#else
  for (int64_t i = 0; i < pieces; ++i) body(i, count * i / pieces, count * (i + 1) / pieces);
#endif
}

void ParallelFor(int num_threads, int64_t count, int64_t grain,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body) {
  ParallelPieces(num_threads, count, grain,
                 [&](int64_t, int64_t begin, int64_t end) { body(begin, end); });
}

// Threads that OpenMP makes in a scope inherit its mode.
#ifdef _OPENMP
ComputeScope::ComputeScope(int num_threads)
    : previous_threads_(omp_get_max_threads()), previous_mode_(FlushSubnormals()) {
  if (num_threads != previous_threads_) omp_set_num_threads(num_threads);
}
ComputeScope::~ComputeScope() {
  omp_set_num_threads(previous_threads_);
  SetFloatMode(previous_mode_);
}
#else
ComputeScope::ComputeScope(int) : previous_threads_(1), previous_mode_(FlushSubnormals()) {}
ComputeScope::~ComputeScope() {
  static_cast<void>(previous_threads_);
  SetFloatMode(previous_mode_);
}
#endif

}  // namespace tricorn::backend::cpu
