#include "client/cli/rows.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <numeric>
#include <string_view>
#include <utility>

#include "core/base/status.h"

namespace tricorn::cli {
namespace {

bool ParseNumber(std::string_view text, int64_t* number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *number);
  return error == std::errc() && end == text.data() + text.size() && *number >= 0;
}

Json Value(const Tensor& tensor, int64_t index) {
  if (tensor.dtype() == DType::kBool) return tensor.At(index) != 0;
  if (IsInteger(tensor.dtype())) return static_cast<int64_t>(tensor.At(index));
  // Shortest for the type it has: 0.1f is 0.1, not 0.10000000149011612.
  if (tensor.dtype() == DType::kF64) return tensor.At(index);
  return std::stod(fmt::format("{}", static_cast<float>(tensor.At(index))));
}

Json Nested(const Tensor& tensor, int axis, int64_t* next) {
  if (axis == tensor.shape().rank()) return Value(tensor, (*next)++);
  Json::Array items;
  for (int64_t i = 0; i < tensor.shape()[axis]; ++i)
    items.push_back(Nested(tensor, axis + 1, next));
  return items;
}

}  // namespace

absl::StatusOr<RowInterval> ParseRows(const std::string& text) {
  RowInterval rows;
  const size_t colon = text.find(':');
  const std::string_view whole(text);
  const bool ok =
      colon == text.npos
          ? ParseNumber(whole, &rows.end)
          : (colon == 0 || ParseNumber(whole.substr(0, colon), &rows.begin)) &&
                (colon + 1 == text.size() || ParseNumber(whole.substr(colon + 1), &rows.end));
  if (ok && rows.begin < rows.end) return rows;
  return InvalidArgument("rows: expected a count or BEGIN:END, such as 0:8, received '{}'", text);
}

absl::StatusOr<std::vector<client::NamedTensor>> InputRows(const Dataset& dataset, int64_t begin,
                                                           int64_t end) {
  std::vector<int64_t> rows(static_cast<size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  std::vector<client::NamedTensor> inputs;
  for (const Column& column : dataset.columns()) {
    if (column.role != Role::kX) continue;
    std::vector<int64_t> shape = column.rows->row_shape().dims();
    shape.insert(shape.begin(), end - begin);
    Tensor tensor = Tensor::Uninitialized(column.rows->dtype(), Shape(std::move(shape)));
    RETURN_IF_ERROR(column.rows->ReadRows(rows, tensor.bytes()));
    const size_t slash = column.name.find('/');
    inputs.push_back({slash == column.name.npos ? "" : column.name.substr(slash + 1), tensor});
  }
  return inputs;
}

absl::StatusOr<Tensor> ConcatenateRows(const std::vector<Tensor>& parts) {
  if (parts.size() == 1) return parts[0];
  const std::vector<int64_t>& first = parts[0].shape().dims();
  int64_t num_rows = 0;
  for (const Tensor& part : parts) {
    const std::vector<int64_t>& dims = part.shape().dims();
    if (part.dtype() != parts[0].dtype() || dims.empty() || first.empty() ||
        !std::equal(dims.begin() + 1, dims.end(), first.begin() + 1, first.end())) {
      return Internal("prediction: expected rows as those of {}, received {}", parts[0].ToString(),
                      part.ToString());
    }
    num_rows += dims[0];
  }
  std::vector<int64_t> shape = first;
  shape[0] = num_rows;
  Tensor whole = Tensor::Uninitialized(parts[0].dtype(), Shape(std::move(shape)));
  std::byte* to = whole.bytes();
  for (const Tensor& part : parts) {
    std::memcpy(to, part.bytes(), static_cast<size_t>(part.nbytes()));
    to += part.nbytes();
  }
  return whole;
}

Json NestedJson(const Tensor& tensor) {
  int64_t next = 0;
  return Nested(tensor, 0, &next);
}

}  // namespace tricorn::cli
