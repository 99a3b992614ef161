#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tricorn::keras {

// The quantiles of numbers that come in batches, in bounded memory: boundaries, increasing, with
// the count of numbers that each stands for. Some 1 / epsilon boundaries are kept. Source: Keras 3
// `Discretization`.
class QuantileSummary {
 public:
  explicit QuantileSummary(double epsilon) : epsilon_(epsilon) {}

  void Add(std::span<const float> values);
  // The `num_bins` - 1 numbers that cut what was added into bins of about as many; fewer when less
  // was added.
  std::vector<float> Boundaries(int64_t num_bins) const;

 private:
  struct Point {
    float boundary;
    float weight;
  };
  static std::vector<Point> Compressed(const std::vector<Point>& points, double epsilon);

  const double epsilon_;
  std::vector<Point> points_;
};

}  // namespace tricorn::keras
