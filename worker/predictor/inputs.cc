#include "worker/predictor/inputs.h"

#include <optional>
#include <string>
#include <utility>

#include "core/base/status.h"
#include "core/base/within_memory.h"
#include "proto/tensor/wire_tensor.h"

namespace tricorn::worker {
namespace {

std::string Names(const std::vector<PredictModel::Port>& ports) {
  std::string names;
  for (const auto& port : ports) names.append(names.empty() ? "" : ", ").append(port.name);
  return names;
}

std::string ExpectedShape(const Shape& row_shape) {
  std::string text = "(rows";
  for (const int64_t size : row_shape) {
    text += size < 0 ? std::string(", any") : fmt::format(", {}", size);
  }
  return text + ")";
}

// As Keras: a last axis of length 1 may be missing, or be there too many.
Shape AdjustRank(const Shape& shape, const Shape& row_shape) {
  std::vector<int64_t> dims = shape.dims();
  const size_t rank = row_shape.dims().size() + 1;
  if (dims.size() == rank + 1 && dims.back() == 1) dims.pop_back();
  if (dims.size() + 1 == rank && rank > 1 && row_shape.dims().back() == 1) dims.push_back(1);
  return Shape(std::move(dims));
}

bool Fits(const Shape& shape, const Shape& row_shape) {
  if (shape.rank() != row_shape.rank() + 1) return false;
  for (int axis = 0; axis < row_shape.rank(); ++axis) {
    if (row_shape[axis] >= 0 && row_shape[axis] != shape[axis + 1]) return false;
  }
  return true;
}

absl::StatusOr<std::vector<Tensor>> Read(const v1::PredictRequest& request,
                                         const std::vector<PredictModel::Port>& ports) {
  std::vector<std::optional<Tensor>> found(ports.size());
  for (const v1::NamedTensor& named : request.inputs()) {
    size_t index = 0;
    if (!named.name().empty() || ports.size() != 1) {
      while (index < ports.size() && ports[index].name != named.name()) ++index;
    }
    if (index == ports.size()) {
      return InvalidArgument("inputs: expected {}, received '{}'", Names(ports), named.name());
    }
    const PredictModel::Port& port = ports[index];
    if (found[index]) {
      return InvalidArgument("input {}: expected it once, received it twice", port.name);
    }
    auto tensor = FromWire(named.tensor());
    RETURN_IF_ERROR(WithSubject(tensor.status(), "input " + port.name));
    const Tensor adjusted = tensor->Reshaped(AdjustRank(tensor->shape(), port.row_shape));
    if (!Fits(adjusted.shape(), port.row_shape)) {
      return InvalidArgument("input {}: expected shape {}, received {}", port.name,
                             ExpectedShape(port.row_shape), tensor->shape().ToString());
    }
    found[index] = adjusted.dtype() == port.dtype ? adjusted : adjusted.Cast(port.dtype);
  }
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < ports.size(); ++i) {
    if (!found[i]) {
      return InvalidArgument("inputs: expected {}, received none called '{}'", Names(ports),
                             ports[i].name);
    }
    const int64_t rows = found[i]->shape()[0];
    if (rows < 1) {
      return InvalidArgument("input {}: expected at least one row, received none", ports[i].name);
    }
    if (!inputs.empty() && rows != inputs[0].shape()[0]) {
      return InvalidArgument("input {}: expected {} rows, as input {}, received {}", ports[i].name,
                             inputs[0].shape()[0], ports[0].name, rows);
    }
    inputs.push_back(*std::move(found[i]));
  }
  return inputs;
}

}  // namespace

absl::StatusOr<std::vector<Tensor>> InputsOf(const v1::PredictRequest& request,
                                             const std::vector<PredictModel::Port>& ports) {
  return WithinMemory("inputs", [&] { return Read(request, ports); });
}

}  // namespace tricorn::worker
