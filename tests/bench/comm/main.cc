// All-reduce of float32 between two processes of this host; the argument is the size in bytes.

#include <benchmark/benchmark.h>

#include <cstring>
#include <vector>

#include "tests/bench/comm/two_processes.h"

namespace tricorn::bench {
namespace {

constexpr int64_t kSmall = 4 << 10;
constexpr int64_t kGradients = 2'700'000;  // of a multilayer perceptron of 0.67 M weights

void AllReduce(benchmark::State& state, const char* other_host_id) {
  TwoProcesses processes(other_host_id);
  const int64_t nbytes = state.range(0);
  const int64_t batch = nbytes == kSmall ? 1000 : 50;
  processes.AllReduce(nbytes / 4, batch);  // warm-up
  while (state.KeepRunningBatch(batch)) processes.AllReduce(nbytes / 4, batch);
  state.SetBytesProcessed(state.iterations() * nbytes);
}
BENCHMARK_CAPTURE(AllReduce, shm, "here")->Arg(kSmall)->Arg(kGradients)->UseRealTime();
BENCHMARK_CAPTURE(AllReduce, tcp, "there")->Arg(kSmall)->Arg(kGradients)->UseRealTime();

// What no all-reduce can go below by much: one pass to hand the data over, one to take the sum.
void TwoPassesOverMemory(benchmark::State& state) {
  const int64_t nbytes = state.range(0);
  std::vector<char> a(nbytes, 1), b(nbytes, 1);
  for ([[maybe_unused]] auto _ : state) {
    std::memcpy(a.data(), b.data(), nbytes);
    benchmark::ClobberMemory();
    std::memcpy(b.data(), a.data(), nbytes);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * nbytes);
}
BENCHMARK(TwoPassesOverMemory)->Arg(kSmall)->Arg(kGradients)->UseRealTime();

}  // namespace
}  // namespace tricorn::bench

BENCHMARK_MAIN();
