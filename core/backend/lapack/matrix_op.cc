#include "core/backend/lapack/matrix_op.h"

#include <algorithm>
#include <limits>
#include <type_traits>

#include "core/backend/lapack/lapack.h"
#include "core/base/status.h"
#include "core/ops/linalg/linalg.h"
#include "core/tensor/half.h"

namespace tricorn::backend::lapack {
namespace {

// One matrix of the batch: row-major operands and results. Integer results are numbers of R, too.
template <typename R>
using OneMatrix =
    std::function<void(std::span<const std::vector<R>> x, std::span<std::vector<R>> y)>;

int64_t MatrixSize(const ir::Type& type, int64_t batch) {
  return batch == 0 ? 0 : type.num_elements() / batch;
}

int64_t BatchSize(const Shape& x) {
  int64_t batch = 1;
  for (int i = 0; i + 2 < x.rank(); ++i) batch *= x[i];
  return batch;
}

template <typename R>
void WriteMatrix(const std::vector<R>& from, DType dtype, std::byte* to, int64_t first) {
  DispatchDType(dtype, [&]<typename T>() {
    T* out = reinterpret_cast<T*>(to) + first;
    for (size_t i = 0; i < from.size(); ++i) out[i] = static_cast<T>(from[i]);
  });
}

// What half precision is computed in: float32.
template <typename T>
using Wide =
    std::conditional_t<std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>, float, T>;

template <typename T, typename R = Wide<T>>
MatrixOp MakeBatched(const MatrixOpRequest& request, OneMatrix<R> one) {
  const int64_t batch = BatchSize(request.operands[0].shape);
  std::vector<int64_t> x_sizes, y_sizes;
  std::vector<DType> y_dtypes;
  for (const ir::Type& x : request.operands) x_sizes.push_back(MatrixSize(x, batch));
  for (const ir::Type& y : request.results) {
    y_sizes.push_back(MatrixSize(y, batch));
    y_dtypes.push_back(y.dtype);
  }
  const auto compute = [=](std::span<const std::byte* const> operands,
                           std::span<std::byte* const> results, int64_t begin, int64_t end) {
    std::vector<std::vector<R>> x(x_sizes.size()), y(y_sizes.size());
    for (int64_t n = begin; n < end; ++n) {
      for (size_t i = 0; i < x.size(); ++i) {
        const T* from = reinterpret_cast<const T*>(operands[i]) + n * x_sizes[i];
        x[i].clear();
        for (int64_t k = 0; k < x_sizes[i]; ++k) x[i].push_back(static_cast<R>(from[k]));
      }
      for (size_t i = 0; i < y.size(); ++i) y[i].assign(static_cast<size_t>(y_sizes[i]), R(0));
      one(x, y);
      for (size_t i = 0; i < y.size(); ++i) {
        WriteMatrix(y[i], y_dtypes[i], results[i], n * y_sizes[i]);
      }
    }
  };
  return {batch, compute};
}

// The lengths of the last two axes.
struct Sides {
  int m, n;
  explicit Sides(const ir::Type& x)
      : m(static_cast<int>(x.shape[x.rank() - 2])), n(static_cast<int>(x.shape[x.rank() - 1])) {}
};

// Rows of b, from the first or the last, less what the solved ones account for.
template <typename R>
void SolveTriangular(int n, int k, const R* a, R* b, const ops::TriangularSolveAttrs& attrs) {
  const bool forward = attrs.lower != attrs.transpose;
  const auto element = [&](int i, int j) {
    return attrs.transpose ? a[int64_t{j} * n + i] : a[int64_t{i} * n + j];
  };
  for (int step = 0; step < n; ++step) {
    const int i = forward ? step : n - 1 - step;
    R* row = b + int64_t{i} * k;
    for (int solved = 0; solved < step; ++solved) {
      const int j = forward ? solved : n - 1 - solved;
      const R factor = element(i, j);
      const R* other = b + int64_t{j} * k;
      for (int c = 0; c < k; ++c) row[c] -= factor * other[c];
    }
    if (attrs.unit_diagonal) continue;
    const R diagonal = element(i, i);
    for (int c = 0; c < k; ++c) row[c] /= diagonal;
  }
}

template <typename R>
OneMatrix<R> LuOf(Sides s) {
  return [s](std::span<const std::vector<R>> x, std::span<std::vector<R>> y) {
    y[0] = x[0];
    std::vector<int> pivots;
    Lu<R>(s.m, s.n, y[0].data(), pivots);
    for (int i = 0; i < s.m; ++i) y[2][static_cast<size_t>(i)] = static_cast<R>(i);
    for (size_t i = 0; i < pivots.size(); ++i) {
      y[1][i] = static_cast<R>(pivots[i]);
      std::swap(y[2][i], y[2][static_cast<size_t>(pivots[i])]);
    }
  };
}

template <typename R>
OneMatrix<R> FunctionOf(const MatrixOpRequest& request) {
  const Sides s(request.operands[0]);
  const ir::OpDef* op = &request.op;
  using In = std::span<const std::vector<R>>;
  using Out = std::span<std::vector<R>>;
  if (op == &ops::kCholesky) {
    return [s](In x, Out y) {
      y[0] = x[0];
      Cholesky<R>(s.n, y[0].data());
    };
  }
  if (op == &ops::kTriangularSolve) {
    const int k = Sides(request.operands[1]).n;
    return [s, k, attrs = request.attrs.As<ops::TriangularSolveAttrs>()](In x, Out y) {
      y[0] = x[1];
      SolveTriangular<R>(s.n, k, x[0].data(), y[0].data(), attrs);
    };
  }
  if (op == &ops::kLu) return LuOf<R>(s);
  if (op == &ops::kQr) {
    return [s, full = request.attrs.As<ops::QrAttrs>().full](In x, Out y) {
      Qr<R>(s.m, s.n, x[0].data(), full, y[0].data(), y[1].data());
    };
  }
  if (op == &ops::kEigh) {
    return [s](In x, Out y) { Eigh<R>(s.n, x[0].data(), y[0].data(), y[1].data()); };
  }
  if (op == &ops::kSvd) {
    return [s, full = request.attrs.As<ops::SvdAttrs>().full](In x, Out y) {
      Svd<R>(s.m, s.n, x[0].data(), full, y[0].data(), y[1].data(), y[2].data());
    };
  }
  CHECK(op == &ops::kEig);
  return [s](In x, Out y) {
    Eig<R>(s.n, x[0].data(), y[0].data(), y[1].data(), y[2].data(), y[3].data());
  };
}

}  // namespace

std::optional<MatrixOp> MakeMatrixOp(const MatrixOpRequest& request) {
  const ir::Type& x = request.operands[0];
  constexpr int64_t kMost = std::numeric_limits<int>::max();
  if (x.shape[x.rank() - 2] > kMost || x.shape[x.rank() - 1] > kMost) return std::nullopt;
  switch (x.dtype) {
    case DType::kF64:
      return MakeBatched<double>(request, FunctionOf<double>(request));
    case DType::kF32:
      return MakeBatched<float>(request, FunctionOf<float>(request));
    case DType::kF16:
      return MakeBatched<Float16>(request, FunctionOf<float>(request));
    case DType::kBF16:
      return MakeBatched<BFloat16>(request, FunctionOf<float>(request));
    default:
      return std::nullopt;
  }
}

std::vector<const ir::OpDef*> MatrixOps() {
  return {&ops::kCholesky, &ops::kTriangularSolve, &ops::kLu, &ops::kQr, &ops::kEigh, &ops::kSvd,
          &ops::kEig};
}

}  // namespace tricorn::backend::lapack
