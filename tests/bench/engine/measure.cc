#include "tests/bench/engine/measure.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "core/base/status.h"

namespace tricorn::bench {
namespace {

constexpr double kChunkSeconds = 0.12;
constexpr size_t kMinChunks = 6, kMaxChunks = 40;

absl::StatusOr<double> SecondsPerStep(const Call& step, const Call& synchronize, int64_t steps) {
  const double start = NowSeconds();
  for (int64_t i = 0; i < steps; ++i) RETURN_IF_ERROR(step());
  RETURN_IF_ERROR(synchronize());
  return (NowSeconds() - start) / static_cast<double>(steps);
}

double At(const std::vector<double>& sorted, double quantile) {
  const auto index = static_cast<size_t>(quantile * static_cast<double>(sorted.size()));
  return sorted[std::min(index, sorted.size() - 1)];
}

}  // namespace

double NowSeconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double SecondsSinceEpoch() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

absl::StatusOr<StepTimes> MeasureSteps(const Call& step, const Call& synchronize, double budget_s) {
  ASSIGN_OR_RETURN(double one, SecondsPerStep(step, synchronize, 3));
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto steps = static_cast<int64_t>(kChunkSeconds / 2 / std::max(one, 1e-7));
    ASSIGN_OR_RETURN(one, SecondsPerStep(step, synchronize, std::max<int64_t>(steps, 1)));
  }
  const auto steps =
      std::max<int64_t>(static_cast<int64_t>(kChunkSeconds / std::max(one, 1e-7)), 1);
  std::vector<double> times;
  const double end = NowSeconds() + budget_s;
  while (times.size() < kMaxChunks && (times.size() < kMinChunks || NowSeconds() < end)) {
    ASSIGN_OR_RETURN(times.emplace_back(), SecondsPerStep(step, synchronize, steps));
    if (times.size() >= 3 && NowSeconds() > end + 2 * budget_s) break;
  }
  std::sort(times.begin(), times.end());
  const size_t half = times.size() / 2;
  const auto chunks = static_cast<int64_t>(times.size());
  return StepTimes{.median = times.size() % 2 ? times[half] : (times[half - 1] + times[half]) / 2,
                   .lowest = times.front(),
                   .highest = times.back(),
                   .steps = steps * chunks,
                   .chunks = chunks};
}

absl::StatusOr<Latency> MeasureLatency(const Call& call, double budget_s, int64_t most) {
  constexpr size_t kMinCalls = 8;
  for (int i = 0; i < 3; ++i) RETURN_IF_ERROR(call());
  std::vector<double> times;
  const double end = NowSeconds() + budget_s;
  while (static_cast<int64_t>(times.size()) < most &&
         (times.size() < kMinCalls || NowSeconds() < end)) {
    const double start = NowSeconds();
    RETURN_IF_ERROR(call());
    times.push_back(NowSeconds() - start);
  }
  std::sort(times.begin(), times.end());
  return Latency{At(times, 0.5), At(times, 0.99), static_cast<int64_t>(times.size())};
}

double MemoryMib(const char* line) {
  std::ifstream status("/proc/self/status");
  std::string key;
  while (status >> key) {
    double kib = 0;
    if (key == std::string(line) + ":" && status >> kib) return kib / 1024;
    status.ignore(1 << 20, '\n');
  }
  return 0;
}

}  // namespace tricorn::bench
