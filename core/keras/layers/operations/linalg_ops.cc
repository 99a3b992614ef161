#include "core/ops/linalg/linalg.h"

#include <algorithm>

#include "core/keras/layers/operations/op_forms.h"
#include "core/keras/layers/operations/op_table.h"
#include "core/ops/linalg/norm.h"

namespace tricorn::keras {
namespace {

using namespace op_forms;

template <Value (*f)(Value, bool)>
Values Factor(OpArguments& a) {
  return {f(a.Tensor("x"), a.Flag("upper", false))};
}

std::optional<double> OptionalNumber(OpArguments& a, std::string_view name) {
  return a.Has(name) ? std::optional<double>(a.Number(name)) : std::nullopt;
}

// Complex results have real and imaginary parts along a new last axis.
Values Eig(OpArguments& a) {
  const Values y = ops::Eig(a.Tensor("x"));
  return {ops::Stack({{y[0], y[1]}}, -1), ops::Stack({{y[2], y[3]}}, -1)};
}

Values Eigh(OpArguments& a) {
  const ops::EighResult y = ops::Eigh(a.Tensor("x"));
  return {y.w, y.v};
}

Values Lstsq(OpArguments& a) {
  return {ops::Lstsq(a.Tensor("a"), a.Tensor("b"), OptionalNumber(a, "rcond"))};
}

Values LuFactor(OpArguments& a) {
  const ops::LuResult y = ops::Lu(a.Tensor("x"));
  return {y.lu, y.pivots};
}

Values MatrixPower(OpArguments& a) { return {ops::MatrixPower(a.Tensor("x"), a.Int("n"))}; }

Values MatrixRank(OpArguments& a) {
  return {ops::MatrixRank(a.Tensor("x"), OptionalNumber(a, "tol"))};
}

// Without an order over all elements; with one over a vector or a matrix.
Values Norm(OpArguments& a) {
  const Value x = a.Tensor("x");
  ops::Axes axes = a.Ints("axis");
  const bool keepdims = a.Flag("keepdims", false);
  if (!a.Has("ord")) return {ops::EuclideanNorm(x, axes, keepdims)};
  if (axes.empty()) {
    if (x.rank() < 1 || x.rank() > 2) {
      return {
          a.Error(InvalidArgument("norm: expected a vector or a matrix for an order, received "
                                  "{}",
                                  x.type().ToString()))};
    }
    for (int64_t axis = 0; axis < x.rank(); ++axis) axes.push_back(axis);
  }
  const Json& order = a.Literal("ord");
  if (axes.size() == 1) return {ops::VectorNorm(x, a.Number("ord"), axes[0], keepdims)};
  if (axes.size() != 2) {
    return {a.Error(InvalidArgument("norm: expected 1 or 2 axes, received {}", axes.size()))};
  }
  const std::string name = order.is_string()   ? order.AsString()
                           : order.is_number() ? fmt::format("{}", order.AsDouble())
                                               : order.Dump();
  return {ops::MatrixNorm(x, name, axes[0], axes[1], keepdims)};
}

Values Pinv(OpArguments& a) { return {ops::Pinv(a.Tensor("x"), OptionalNumber(a, "rcond"))}; }

Values Qr(OpArguments& a) {
  const std::string mode = a.Text("mode", "reduced");
  if (mode != "reduced" && mode != "complete") {
    return {
        a.Error(InvalidArgument("mode: expected 'reduced' or 'complete', received '{}'", mode))};
  }
  const ops::QrResult y = ops::Qr(a.Tensor("x"), mode == "complete");
  return {y.q, y.r};
}

Values Logdet(OpArguments& a) { return {ops::Slogdet(a.Tensor("x")).logdet}; }
Values Slogdet(OpArguments& a) {
  const ops::SlogdetResult y = ops::Slogdet(a.Tensor("x"));
  return {y.sign, y.logdet};
}

Values Solve(OpArguments& a) { return {ops::Solve(a.Tensor("a"), a.Tensor("b"))}; }
Values SolveTriangular(OpArguments& a) {
  return {ops::SolveTriangular(a.Tensor("a"), a.Tensor("b"), a.Flag("lower", false))};
}

Values Svd(OpArguments& a) {
  const ops::SvdResult y = ops::Svd(a.Tensor("x"), a.Flag("full_matrices", true));
  if (!a.Flag("compute_uv", true)) return {y.s};
  return {y.u, y.s, y.vh};
}

Values Cdist(OpArguments& a) { return {ops::Distances(a.Tensor("x"), a.Tensor("y"))}; }

}  // namespace

std::vector<OpEntry> LinalgOps() {
  return {
      {"cdist", "CDist", "math", "x y", Cdist},
      {"cholesky", "Cholesky", "linalg", "x upper", Factor<ops::Cholesky>},
      {"cholesky_inverse", "CholeskyInverse", "linalg", "x upper", Factor<ops::CholeskyInverse>},
      {"det", "Det", "linalg", "x", Unary<ops::Det>},
      {"eig", "Eig", "linalg", "x", Eig},
      {"eigh", "Eigh", "linalg", "x", Eigh},
      {"inv", "Inv", "linalg", "x", Unary<ops::Inv>},
      {"logdet", "Logdet", "math", "x", Logdet},
      {"lstsq", "Lstsq", "linalg", "a b rcond", Lstsq},
      {"lu_factor", "LuFactor", "linalg", "x", LuFactor},
      {"matrix_power", "MatrixPower", "linalg", "x n", MatrixPower},
      {"matrix_rank", "MatrixRank", "linalg", "x tol", MatrixRank},
      {"norm", "Norm", "linalg", "x ord axis keepdims", Norm},
      {"pinv", "Pinv", "linalg", "x rcond", Pinv},
      {"qr", "Qr", "linalg", "x mode", Qr},
      {"slogdet", "Slogdet", "numpy", "x", Slogdet},
      {"solve", "Solve", "linalg", "a b", Solve},
      {"solve_triangular", "SolveTriangular", "linalg", "a b lower", SolveTriangular},
      {"svd", "SVD", "linalg", "x full_matrices compute_uv", Svd},
  };
}

}  // namespace tricorn::keras
