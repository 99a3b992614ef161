#include "core/ops/linalg/linalg.h"
#include "core/ops/suite/sample.h"

namespace tricorn::ops {
namespace {

// A batch of matrices (batch, m, n) whose columns are far from dependent: numbers in [-1/2, 1/2]
// with `diagonal`, `diagonal` + 1, ... added on the diagonal.
Tensor Matrices(int64_t batch, int64_t m, int64_t n, double diagonal) {
  Tensor x = Uniform({batch, m, n}, -0.5, 0.5);
  for (int64_t b = 0; b < batch; ++b) {
    for (int64_t i = 0; i < std::min(m, n); ++i) {
      x.data<double>()[(b * m + i) * n + i] += diagonal + static_cast<double>(i);
    }
  }
  return x;
}

}  // namespace

void AddLinalgSamples(SampleList& samples) {
  const auto add = [&](const OpDef& op, std::string_view what, std::vector<Tensor> operands,
                       ir::Attrs attrs = {}) -> Sample& {
    samples.push_back(
        {fmt::format("{}/{}", op.name, what), &op, std::move(attrs), std::move(operands)});
    return samples.back();
  };
  const Tensor square = Matrices(2, 3, 3, 2), one = Matrices(1, 4, 4, 2);
  add(kCholesky, "batch", {square});
  for (const bool lower : {false, true}) {
    for (const bool transpose : {false, true}) {
      for (const bool unit : {false, true}) {
        add(kTriangularSolve, fmt::format("{}{}{}", lower, transpose, unit),
            {square, Uniform({2, 3, 2}, -1, 1)}, TriangularSolveAttrs{lower, transpose, unit});
      }
    }
  }
  add(kLu, "square", {square});
  add(kLu, "swaps", {Tensor::From<double>({3, 3}, {0.1, 2, 1, 3, 0.2, 1, 1, 1, 2.5})});
  add(kLu, "tall", {Matrices(1, 4, 2, 1)}).differentiable = false;
  add(kQr, "square", {square}, QrAttrs{false});
  add(kQr, "tall", {Matrices(2, 4, 3, 1)}, QrAttrs{false});
  add(kQr, "wide", {Matrices(1, 2, 4, 1)}, QrAttrs{false}).differentiable = false;
  add(kQr, "full", {Matrices(1, 4, 2, 1)}, QrAttrs{true}).differentiable = false;
  add(kEigh, "batch", {square}).gradient_tolerance = 1e-5;
  add(kSvd, "tall", {Matrices(2, 4, 3, 1)}, SvdAttrs{false}).gradient_tolerance = 1e-5;
  add(kSvd, "wide", {Matrices(1, 2, 4, 1)}, SvdAttrs{false}).gradient_tolerance = 1e-5;
  add(kSvd, "full", {one}, SvdAttrs{true}).gradient_tolerance = 1e-5;
  // A rotation among others, and values that are real. Of these LAPACK's vectors have the same
  // signs in float32 and float64.
  add(kEig, "batch",
      {Tensor::From<double>({2, 3, 3}, {0, -1, 0, 1, 0, 0, 0.5, 0, 2,  //
                                        2, 0.5, 0.25, 0.3, 3, 0.1, 0.2, -0.4, 4})})
      .differentiable = false;
  add(kSolve, "batch", {square, Uniform({2, 3, 2}, -1, 1)});
  add(kDet, "batch", {square});
  add(kSlogdet, "batch", {square});
  add(kPinv, "tall", {Matrices(2, 4, 3, 1)}, PinvAttrs{1e-6});
  add(kPinv, "wide", {Matrices(1, 2, 4, 1)}, PinvAttrs{1e-6});
}

}  // namespace tricorn::ops
