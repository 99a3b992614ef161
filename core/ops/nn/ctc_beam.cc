#include "core/ops/nn/ctc_beam.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace tricorn::ops {
namespace {

constexpr double kLogZero = -std::numeric_limits<double>::infinity();

double LogAdd(double a, double b) {
  const double top = std::max(a, b);
  return top == kLogZero ? kLogZero : top + std::log1p(std::exp(std::min(a, b) - top));
}

// The ways to read a path, apart by whether the last frame is blank.
struct Scores {
  double emitted = kLogZero;
  double blank = kLogZero;

  double total() const { return LogAdd(emitted, blank); }
};

// Before: classes that are smaller, and the path that goes on.
struct PathOrder {
  bool operator()(const std::vector<int32_t>& a, const std::vector<int32_t>& b) const {
    const auto [i, j] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
    if (i == a.end() || j == b.end()) return j == b.end() && i != a.end();
    return *i < *j;
  }
};
using Beam = std::map<std::vector<int32_t>, Scores, PathOrder>;

using Candidate = std::pair<std::vector<int32_t>, Scores>;

// The `count` best, best first.
std::vector<Candidate> Best(const Beam& beam, int64_t count) {
  std::vector<Candidate> all(beam.begin(), beam.end());
  std::stable_sort(all.begin(), all.end(), [](const Candidate& a, const Candidate& b) {
    return a.second.total() > b.second.total();
  });
  if (static_cast<int64_t>(all.size()) > count) all.resize(static_cast<size_t>(count));
  return all;
}

}  // namespace

std::vector<CtcPath> CtcBeam(const double* log_probs, int64_t frames, int64_t num_classes,
                             const CtcBeamSearchAttrs& a) {
  Beam beam;
  beam[{}].blank = 0;
  for (int64_t t = 0; t < frames; ++t) {
    const double* at = log_probs + t * num_classes;
    Beam next;
    for (auto& [path, scores] : Best(beam, a.beam_width)) {
      Scores& same = next[path];
      same.blank = LogAdd(same.blank, scores.total() + at[a.blank]);
      if (!path.empty()) same.emitted = LogAdd(same.emitted, scores.emitted + at[path.back()]);
      std::vector<int32_t> longer = path;
      longer.push_back(0);
      for (int32_t c = 0; c < static_cast<int32_t>(num_classes); ++c) {
        if (c == a.blank) continue;
        longer.back() = c;
        // A class after itself is another one only across a blank.
        const bool repeats = !path.empty() && path.back() == c;
        const double from = repeats ? scores.blank : scores.total();
        if (from == kLogZero) continue;
        double& emitted = next[longer].emitted;
        emitted = LogAdd(emitted, from + at[c]);
      }
    }
    beam = std::move(next);
  }
  std::vector<CtcPath> paths;
  for (auto& [path, scores] : Best(beam, a.top_paths)) paths.push_back({path, scores.total()});
  return paths;
}

}  // namespace tricorn::ops
