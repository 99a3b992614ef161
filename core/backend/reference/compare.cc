#include "core/backend/reference/compare.h"

#include <algorithm>
#include <cmath>

#include "core/backend/reference/reference.h"
#include "core/base/status.h"

namespace tricorn::backend {
namespace {

double ToleranceFor(DType dtype, double float32) {
  switch (dtype) {
    case DType::kF64:
      return float32 * 1e-3;
    case DType::kF16:
      return 4e-3;
    case DType::kBF16:
      return 3e-2;
    default:
      return float32;
  }
}

}  // namespace

absl::Status ExpectClose(const Tensor& want, const Tensor& got, double tolerance) {
  if (want.dtype() != got.dtype() || !(want.shape() == got.shape())) {
    return Internal("expected {}{}, received {}{}", Name(want.dtype()), want.shape().ToString(),
                    Name(got.dtype()), got.shape().ToString());
  }
  double scale = 1;
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    if (std::isfinite(want.At(i))) scale = std::max(scale, std::abs(want.At(i)));
  }
  const double allowed = IsFloating(want.dtype()) ? tolerance * scale : 0;
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    const double w = want.At(i), g = got.At(i);
    if (w == g || (std::isnan(w) && std::isnan(g)) || std::abs(w - g) <= allowed) continue;
    return Internal("element {} of {}: expected {}, received {} (tolerance {})", i,
                    want.shape().ToString(), w, g, allowed);
  }
  return absl::OkStatus();
}

absl::Status CompareWithReference(Device& device, const ir::Graph& graph,
                                  std::span<const Tensor> inputs, double tolerance) {
  ASSIGN_OR_RETURN(const std::vector<Tensor> want, MakeReferenceDevice()->Evaluate(graph, inputs));
  ASSIGN_OR_RETURN(const std::vector<Tensor> got, device.Evaluate(graph, inputs));
  // Half precision anywhere shows in every result.
  double allowed = tolerance;
  const auto admit = [&](DType dtype) {
    if (IsFloating(dtype)) allowed = std::max(allowed, ToleranceFor(dtype, tolerance));
  };
  for (const Tensor& input : inputs) admit(input.dtype());
  for (const Tensor& output : want) admit(output.dtype());
  for (size_t i = 0; i < want.size(); ++i) {
    const bool only_float64 = want[i].dtype() == DType::kF64 && allowed == tolerance;
    const absl::Status status =
        ExpectClose(want[i], got[i], only_float64 ? tolerance * 1e-3 : allowed);
    if (!status.ok()) return WithSubject(status, graph.outputs()[i].name);
  }
  return absl::OkStatus();
}

}  // namespace tricorn::backend
