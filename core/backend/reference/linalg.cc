#include "core/ops/linalg/linalg.h"

#include <cmath>
#include <limits>

#include "core/backend/lapack/lapack.h"
#include "core/backend/reference/primitive.h"

// Factors by plain loops; eigenvectors and singular vectors by LAPACK in float64. Their signs are
// what its algorithms give in the value's own dtype, as in Keras's backends.

namespace tricorn::backend::reference {
namespace {

struct Sides {
  int m, n;
  explicit Sides(const Array& x)
      : m(static_cast<int>(x.shape()[x.shape().rank() - 2])),
        n(static_cast<int>(x.shape()[x.shape().rank() - 1])) {}
};

// Calls f(operands, results), pointers to the matrices of one element of the batch.
template <typename F>
absl::Status ForEachMatrix(const Call& c, F f) {
  int64_t batch = 1;
  const Shape& x = c.x(0).shape();
  for (int i = 0; i + 2 < x.rank(); ++i) batch *= x[i];
  for (int64_t n = 0; n < batch; ++n) {
    std::vector<const double*> in;
    std::vector<double*> out;
    const auto offset = [&](const std::vector<double>& values) {
      return n * (static_cast<int64_t>(values.size()) / batch);
    };
    for (const Array* array : c.operands)
      in.push_back(array->values.data() + offset(array->values));
    for (Array& array : c.results) out.push_back(array.values.data() + offset(array.values));
    f(in, out);
  }
  return absl::OkStatus();
}

absl::Status Cholesky(const Call& c) {
  const int n = Sides(c.x(0)).n;
  return ForEachMatrix(c, [n](const auto& in, const auto& out) {
    const double* a = in[0];
    double* l = out[0];
    bool positive = true;
    for (int i = 0; i < n && positive; ++i) {
      for (int j = 0; j <= i; ++j) {
        double sum = a[i * n + j];
        for (int k = 0; k < j; ++k) sum -= l[i * n + k] * l[j * n + k];
        if (i == j) positive = sum > 0;
        l[i * n + j] = i == j ? std::sqrt(sum) : sum / l[j * n + j];
      }
    }
    if (!positive) std::fill_n(l, n * n, std::numeric_limits<double>::quiet_NaN());
  });
}

absl::Status TriangularSolve(const Call& c) {
  const auto& attrs = c.attrs<ops::TriangularSolveAttrs>();
  const int n = Sides(c.x(0)).n, k = Sides(c.x(1)).n;
  return ForEachMatrix(c, [&](const auto& in, const auto& out) {
    const bool forward = attrs.lower != attrs.transpose;
    for (int column = 0; column < k; ++column) {
      for (int step = 0; step < n; ++step) {
        const int i = forward ? step : n - 1 - step;
        double sum = in[1][i * k + column];
        for (int j = forward ? 0 : i + 1; j < (forward ? i : n); ++j) {
          const double a = attrs.transpose ? in[0][j * n + i] : in[0][i * n + j];
          sum -= a * out[0][j * k + column];
        }
        out[0][i * k + column] = attrs.unit_diagonal ? sum : sum / in[0][i * n + i];
      }
    }
  });
}

absl::Status Lu(const Call& c) {
  const auto [m, n] = Sides(c.x(0));
  return ForEachMatrix(c, [m = m, n = n](const auto& in, const auto& out) {
    double* lu = out[0];
    std::copy_n(in[0], m * n, lu);
    for (int i = 0; i < m; ++i) out[2][i] = i;
    for (int step = 0; step < std::min(m, n); ++step) {
      int pivot = step;
      for (int i = step + 1; i < m; ++i) {
        if (std::abs(lu[i * n + step]) > std::abs(lu[pivot * n + step])) pivot = i;
      }
      out[1][step] = pivot;
      std::swap(out[2][step], out[2][pivot]);
      for (int j = 0; j < n; ++j) std::swap(lu[step * n + j], lu[pivot * n + j]);
      for (int i = step + 1; i < m && lu[step * n + step] != 0; ++i) {
        const double factor = lu[i * n + step] /= lu[step * n + step];
        for (int j = step + 1; j < n; ++j) lu[i * n + j] -= factor * lu[step * n + j];
      }
    }
  });
}

// Householder's reflections; the diagonal of r has the signs that they give.
absl::Status Qr(const Call& c) {
  const auto [m, n] = Sides(c.x(0));
  const int k = c.attrs<ops::QrAttrs>().full ? m : std::min(m, n);
  return ForEachMatrix(c, [m = m, n = n, k](const auto& in, const auto& out) {
    std::vector<double> r(in[0], in[0] + m * n), q(static_cast<size_t>(m * m), 0.0);
    for (int i = 0; i < m; ++i) q[static_cast<size_t>(i * m + i)] = 1;
    for (int step = 0; step < std::min(m - 1, n); ++step) {
      std::vector<double> v(static_cast<size_t>(m), 0.0);
      double rest = 0;
      for (int i = step; i < m; ++i)
        v[static_cast<size_t>(i)] = r[static_cast<size_t>(i * n + step)];
      for (int i = step + 1; i < m; ++i)
        rest += v[static_cast<size_t>(i)] * v[static_cast<size_t>(i)];
      if (rest == 0) continue;
      double& head = v[static_cast<size_t>(step)];
      head += std::copysign(std::sqrt(head * head + rest), head);
      const double square = head * head + rest;
      const auto reflect = [&](double* x, int stride) {
        double dot = 0;
        for (int i = step; i < m; ++i) dot += v[static_cast<size_t>(i)] * x[i * stride];
        for (int i = step; i < m; ++i)
          x[i * stride] -= 2 * dot / square * v[static_cast<size_t>(i)];
      };
      for (int j = 0; j < n; ++j) reflect(r.data() + j, n);
      for (int i = 0; i < m; ++i) reflect(q.data() + i * m, 1);  // rows: q times the reflection
    }
    for (int i = 0; i < m; ++i) std::copy_n(q.data() + i * m, k, out[0] + i * k);
    for (int i = 0; i < k; ++i) {
      for (int j = 0; j < n; ++j)
        out[1][i * n + j] = i <= j ? r[static_cast<size_t>(i * n + j)] : 0;
    }
  });
}

// Columns of v (n, m) times -1 where they point away from those of `like`; rows of `with` (m, ...)
// go with them.
void AlignSigns(int n, int m, const std::vector<float>& like, double* v, int with_columns = 0,
                double* with = nullptr) {
  for (int j = 0; j < m; ++j) {
    double dot = 0;
    for (int i = 0; i < n; ++i) dot += v[i * m + j] * like[static_cast<size_t>(i * m + j)];
    if (dot >= 0 || std::isnan(dot)) continue;
    for (int i = 0; i < n; ++i) v[i * m + j] = -v[i * m + j];
    for (int i = 0; i < with_columns; ++i) with[j * with_columns + i] = -with[j * with_columns + i];
  }
}

std::vector<float> ToFloats(const double* x, int count) { return std::vector<float>(x, x + count); }

bool IsDouble(const Call& c) { return c.x(0).type.dtype == DType::kF64; }

absl::Status Eigh(const Call& c) {
  const int n = Sides(c.x(0)).n;
  return ForEachMatrix(c, [&](const auto& in, const auto& out) {
    lapack::Eigh<double>(n, in[0], out[0], out[1]);
    if (IsDouble(c)) return;
    const std::vector<float> x = ToFloats(in[0], n * n);
    std::vector<float> w(static_cast<size_t>(n)), v(x.size());
    lapack::Eigh<float>(n, x.data(), w.data(), v.data());
    AlignSigns(n, n, v, out[1]);
  });
}

absl::Status Svd(const Call& c) {
  const auto [m, n] = Sides(c.x(0));
  const bool full = c.attrs<ops::SvdAttrs>().full;
  return ForEachMatrix(c, [&, m = m, n = n](const auto& in, const auto& out) {
    lapack::Svd<double>(m, n, in[0], full, out[0], out[1], out[2]);
    if (IsDouble(c)) return;
    const int k = std::min(m, n), columns = full ? m : k, rows = full ? n : k;
    const std::vector<float> x = ToFloats(in[0], m * n);
    std::vector<float> u(static_cast<size_t>(m * columns)), s(static_cast<size_t>(k)),
        vh(static_cast<size_t>(rows * n));
    lapack::Svd<float>(m, n, x.data(), full, u.data(), s.data(), vh.data());
    if (columns == k) return AlignSigns(m, k, u, out[0], n, out[2]);
    // Columns beyond k belong to no singular value.
    std::vector<double> first(static_cast<size_t>(m * k));
    std::vector<float> like(first.size());
    for (int i = 0; i < m; ++i) {
      std::copy_n(out[0] + i * columns, k, first.data() + i * k);
      std::copy_n(u.data() + i * columns, k, like.data() + i * k);
    }
    AlignSigns(m, k, like, first.data(), n, out[2]);
    for (int i = 0; i < m; ++i) std::copy_n(first.data() + i * k, k, out[0] + i * columns);
  });
}

// Complex vectors: real and imaginary parts turn together.
absl::Status Eig(const Call& c) {
  const int n = Sides(c.x(0)).n;
  return ForEachMatrix(c, [&](const auto& in, const auto& out) {
    lapack::Eig<double>(n, in[0], out[0], out[1], out[2], out[3]);
    if (IsDouble(c)) return;
    const std::vector<float> x = ToFloats(in[0], n * n);
    std::vector<float> w_re(static_cast<size_t>(n)), w_im(w_re), v_re(x.size()), v_im(x.size());
    lapack::Eig<float>(n, x.data(), w_re.data(), w_im.data(), v_re.data(), v_im.data());
    for (int j = 0; j < n; ++j) {
      double dot = 0;
      for (int i = j; i < n * n; i += n) {
        const auto at = static_cast<size_t>(i);
        dot += out[2][i] * v_re[at] + out[3][i] * v_im[at];
      }
      for (int i = j; i < n * n && dot < 0; i += n) {
        out[2][i] = -out[2][i];
        out[3][i] = -out[3][i];
      }
    }
  });
}

}  // namespace

void AddLinalg(PrimitiveTable& table) {
  table[ops::kCholesky.name] = Cholesky;
  table[ops::kTriangularSolve.name] = TriangularSolve;
  table[ops::kLu.name] = Lu;
  table[ops::kQr.name] = Qr;
  table[ops::kEigh.name] = Eigh;
  table[ops::kSvd.name] = Svd;
  table[ops::kEig.name] = Eig;
}

}  // namespace tricorn::backend::reference
