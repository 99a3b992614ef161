#include "core/keras/initializers/orthogonal.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/keras/initializers/distributions.h"
#include "core/keras/initializers/fill.h"

namespace tricorn::keras {
namespace {

using Vector = std::vector<double>;

double Dot(const Vector& a, const Vector& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// Makes `v` orthogonal to `basis` and of length one. Twice is enough (Giraud et al. 2005).
void Orthonormalize(const std::vector<Vector>& basis, Vector& v) {
  for (int pass = 0; pass < 2; ++pass) {
    for (const Vector& b : basis) {
      const double along = Dot(v, b);
      for (size_t i = 0; i < v.size(); ++i) v[i] -= along * b[i];
    }
  }
  const double length = std::sqrt(Dot(v, v));
  for (double& x : v) x /= length;
}

}  // namespace

absl::StatusOr<Tensor> Orthogonal::Make(const Shape& shape, DType dtype, uint64_t stream) const {
  if (shape.rank() < 2) {
    return InvalidArgument("Orthogonal: expected at least 2 axes, received shape {}",
                           shape.ToString());
  }
  // Bounds the sizes before they are multiplied.
  ASSIGN_OR_RETURN(const Tensor sized, Fill(shape, dtype, [] { return 0.0; }));
  const int64_t columns = shape[shape.rank() - 1];
  const int64_t rows = columns == 0 ? 0 : sized.num_elements() / columns;
  // Orthonormal vectors along the longer side. Gram-Schmidt on normal draws gives the Haar measure,
  // as QR with positive diagonal does.
  const size_t length = static_cast<size_t>(std::max(rows, columns));
  const size_t count = static_cast<size_t>(std::min(rows, columns));
  NormalDraws draws(StreamOf(config_.seed, stream));
  std::vector<Vector> basis;
  for (size_t k = 0; k < count; ++k) {
    Vector v(length);
    for (double& x : v) x = draws.Next();
    Orthonormalize(basis, v);
    basis.push_back(std::move(v));
  }
  int64_t i = 0;
  return Fill(shape, dtype, [&] {
    const size_t row = static_cast<size_t>(i / columns);
    const size_t column = static_cast<size_t>(i++ % columns);
    return config_.gain * (rows >= columns ? basis[column][row] : basis[row][column]);
  });
}

}  // namespace tricorn::keras
