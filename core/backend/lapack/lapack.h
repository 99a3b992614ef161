#pragma once

#include <vector>

// Decompositions of one row-major matrix; T is float or double. Where LAPACK refuses (NaN among the
// elements, no convergence) results are NaN.

namespace tricorn::backend::lapack {

// a (n, n) = L L^T; reads the lower triangle, writes L with zeros above. NaN if not positive
// definite.
template <typename T>
void Cholesky(int n, T* a);

// a (m, n) = P L U in place; pivots (min(m, n)) count from 0.
template <typename T>
void Lu(int m, int n, T* a, std::vector<int>& pivots);

// a (m, n) = q (m, k) r (k, n), k = m if `full`, else min(m, n).
template <typename T>
void Qr(int m, int n, const T* a, bool full, T* q, T* r);

// a (n, n) = v diag(w) v^T, w ascending; reads the lower triangle.
template <typename T>
void Eigh(int n, const T* a, T* w, T* v);

// a (m, n) = u diag(s) vh, s descending; u (m, k), vh (k', n), square if `full`, else k = min(m,
// n).
template <typename T>
void Svd(int m, int n, const T* a, bool full, T* u, T* s, T* vh);

// a (n, n) v_j = w_j v_j for columns v_j of length 1; real and imaginary parts.
template <typename T>
void Eig(int n, const T* a, T* w_re, T* w_im, T* v_re, T* v_im);

}  // namespace tricorn::backend::lapack
