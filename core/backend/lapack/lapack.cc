#include "core/backend/lapack/lapack.h"

#include <lapacke.h>

#include <algorithm>
#include <limits>

namespace tricorn::backend::lapack {
namespace {

#define ROUTINE(name)                                  \
  template <typename... Args>                          \
  lapack_int name(float, Args... args) {               \
    return LAPACKE_s##name(LAPACK_ROW_MAJOR, args...); \
  }                                                    \
  template <typename... Args>                          \
  lapack_int name(double, Args... args) {              \
    return LAPACKE_d##name(LAPACK_ROW_MAJOR, args...); \
  }
ROUTINE(potrf)
ROUTINE(getrf)
ROUTINE(geqrf)
ROUTINE(orgqr)
ROUTINE(syevd)
ROUTINE(gesdd)
ROUTINE(geev)
#undef ROUTINE

template <typename T>
void FillNan(T* begin, int64_t count) {
  std::fill_n(begin, count, std::numeric_limits<T>::quiet_NaN());
}

int64_t Area(int m, int n) { return int64_t{m} * n; }

}  // namespace

template <typename T>
void Cholesky(int n, T* a) {
  if (n == 0) return;
  if (potrf(T(), 'L', n, a, n) != 0) return FillNan(a, Area(n, n));
  for (int i = 0; i < n; ++i) std::fill(a + Area(i, n) + i + 1, a + Area(i + 1, n), T(0));
}

template <typename T>
void Lu(int m, int n, T* a, std::vector<int>& pivots) {
  const int k = std::min(m, n);
  pivots.assign(static_cast<size_t>(k), 0);
  if (k == 0) return;
  // A positive result tells of an exact zero on the diagonal: the factors are there all the same.
  if (getrf(T(), m, n, a, n, pivots.data()) < 0) {
    FillNan(a, Area(m, n));
    for (int i = 0; i < k; ++i) pivots[static_cast<size_t>(i)] = i;
    return;
  }
  for (int& pivot : pivots) --pivot;
}

template <typename T>
void Qr(int m, int n, const T* a, bool full, T* q, T* r) {
  const int k = std::min(m, n), columns = full ? m : k;
  std::vector<T> work(a, a + Area(m, n)), tau(static_cast<size_t>(k));
  if (k > 0 && geqrf(T(), m, n, work.data(), n, tau.data()) != 0) {
    FillNan(q, Area(m, columns));
    return FillNan(r, Area(columns, n));
  }
  std::fill_n(r, Area(columns, n), T(0));
  std::fill_n(q, Area(m, columns), T(0));
  for (int i = 0; i < m; ++i) {
    for (int j = 0; j < n; ++j) {
      const T value = work[static_cast<size_t>(Area(i, n) + j)];
      if (i <= j && i < columns) r[Area(i, n) + j] = value;
      if (i > j && j < k) q[Area(i, columns) + j] = value;  // the reflectors
    }
  }
  if (m > 0 && columns > 0) orgqr(T(), m, columns, k, q, columns, tau.data());
}

template <typename T>
void Eigh(int n, const T* a, T* w, T* v) {
  std::copy_n(a, Area(n, n), v);
  if (n == 0 || syevd(T(), 'V', 'L', n, v, n, w) == 0) return;
  FillNan(w, n);
  FillNan(v, Area(n, n));
}

template <typename T>
void Svd(int m, int n, const T* a, bool full, T* u, T* s, T* vh) {
  const int k = std::min(m, n), u_columns = full ? m : k, vh_rows = full ? n : k;
  std::vector<T> work(a, a + Area(m, n));
  if (k > 0 && gesdd(T(), full ? 'A' : 'S', m, n, work.data(), n, s, u, u_columns, vh, n) == 0) {
    return;
  }
  FillNan(s, k);
  FillNan(u, Area(m, u_columns));
  FillNan(vh, Area(vh_rows, n));
}

template <typename T>
void Eig(int n, const T* a, T* w_re, T* w_im, T* v_re, T* v_im) {
  std::vector<T> work(a, a + Area(n, n)), v(work.size());
  if (n > 0 && geev(T(), 'N', 'V', n, work.data(), n, w_re, w_im, static_cast<T*>(nullptr), n,
                    v.data(), n) != 0) {
    for (T* each : {w_re, w_im}) FillNan(each, n);
    for (T* each : {v_re, v_im}) FillNan(each, Area(n, n));
    return;
  }
  // Of a conjugate pair LAPACK gives the real part in one column, the imaginary one in the next.
  for (int j = 0; j < n; ++j) {
    const bool first = w_im[j] > 0, second = w_im[j] < 0;
    for (int i = 0; i < n; ++i) {
      const T* row = v.data() + Area(i, n);
      v_re[Area(i, n) + j] = second ? row[j - 1] : row[j];
      v_im[Area(i, n) + j] = first ? row[j + 1] : second ? -row[j] : T(0);
    }
  }
}

#define INSTANTIATE(T)                                        \
  template void Cholesky<T>(int, T*);                         \
  template void Lu<T>(int, int, T*, std::vector<int>&);       \
  template void Qr<T>(int, int, const T*, bool, T*, T*);      \
  template void Eigh<T>(int, const T*, T*, T*);               \
  template void Svd<T>(int, int, const T*, bool, T*, T*, T*); \
  template void Eig<T>(int, const T*, T*, T*, T*, T*);
INSTANTIATE(float)
INSTANTIATE(double)
#undef INSTANTIATE

}  // namespace tricorn::backend::lapack
