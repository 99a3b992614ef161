#include "core/keras/layers/preprocessing/quantile_summary.h"

#include <algorithm>
#include <cmath>

namespace tricorn::keras {
namespace {

// The piecewise linear function through (xs, ys), constant outside.
double InterpolateSorted(double x, const std::vector<double>& xs, const std::vector<double>& ys) {
  const auto after = std::upper_bound(xs.begin(), xs.end(), x);
  if (after == xs.begin()) return ys.front();
  if (after == xs.end()) return ys.back();
  const auto i = static_cast<size_t>(after - xs.begin());
  const double share = (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
  return ys[i - 1] + share * (ys[i] - ys[i - 1]);
}

}  // namespace

void QuantileSummary::Add(std::span<const float> values) {
  if (values.empty()) return;
  std::vector<float> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double step = std::max(static_cast<double>(sorted.size()) * epsilon_, 1.0);
  std::vector<Point> merged;
  for (auto i = static_cast<size_t>(step - 1); i < sorted.size(); i += static_cast<size_t>(step)) {
    merged.push_back({sorted[i], static_cast<float>(step)});
  }
  merged.insert(merged.end(), points_.begin(), points_.end());
  std::stable_sort(merged.begin(), merged.end(),
                   [](const Point& a, const Point& b) { return a.boundary < b.boundary; });
  points_ = Compressed(merged, epsilon_);
}

std::vector<QuantileSummary::Point> QuantileSummary::Compressed(const std::vector<Point>& points,
                                                                double epsilon) {
  if (static_cast<double>(points.size()) * epsilon < 1) return points;
  std::vector<double> boundaries, cumulative;
  float sum = 0;
  for (const Point& point : points) {
    boundaries.push_back(point.boundary);
    cumulative.push_back(sum += point.weight);
  }
  std::vector<double> shares;
  for (const double weight : cumulative) shares.push_back(weight / cumulative.back());
  std::vector<Point> compressed;
  double before = 0;
  const auto count = static_cast<int64_t>(std::ceil(1 / epsilon));
  for (int64_t i = 0; i < count; ++i) {
    const double share = epsilon + static_cast<double>(i) * epsilon;
    const double weight = InterpolateSorted(share, shares, cumulative);
    compressed.push_back({static_cast<float>(InterpolateSorted(share, shares, boundaries)),
                          static_cast<float>(weight - before)});
    before = weight;
  }
  return compressed;
}

std::vector<float> QuantileSummary::Boundaries(int64_t num_bins) const {
  std::vector<float> boundaries;
  for (const Point& point : Compressed(points_, 1.0 / static_cast<double>(num_bins))) {
    boundaries.push_back(point.boundary);
  }
  if (!boundaries.empty()) boundaries.pop_back();
  return boundaries;
}

}  // namespace tricorn::keras
