#pragma once

#include <cstdint>

#include "absl/functional/function_ref.h"

namespace tricorn::backend::cpu {

// Calls body(begin, end) for consecutive ranges that make up [0, count), at most one a thread, from
// at most `num_threads` threads at once, and returns when all are done. No range but the last is
// shorter than `grain`, so little work stays on the calling thread. The ranges follow from the
// arguments alone. `body` must not throw and must not call ParallelFor.
void ParallelFor(int num_threads, int64_t count, int64_t grain,
                 absl::FunctionRef<void(int64_t begin, int64_t end)> body);

// The same for bodies that keep something per range: `piece` counts the ranges from 0, up to
// NumPieces(num_threads, count, grain).
void ParallelPieces(int num_threads, int64_t count, int64_t grain,
                    absl::FunctionRef<void(int64_t piece, int64_t begin, int64_t end)> body);
int64_t NumPieces(int num_threads, int64_t count, int64_t grain);

// What holds on this thread, and on the threads that help it, while an executable runs:
// - Libraries that compute on OpenMP's threads use `num_threads` of them; ParallelFor shares these.
// - Subnormal numbers count as 0. The decaying averages of optimizers are full of them, and
//   arithmetic on them takes several times as long.
class ComputeScope {
 public:
  explicit ComputeScope(int num_threads);
  ~ComputeScope();
  ComputeScope(const ComputeScope&) = delete;
  ComputeScope& operator=(const ComputeScope&) = delete;

 private:
  const int previous_threads_;
  const unsigned previous_mode_;
};

}  // namespace tricorn::backend::cpu
