#include "core/keras/preparation/split_dataset.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "core/base/random.h"
#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// Some rows of another source.
class ChosenRows : public RowSource {
 public:
  ChosenRows(const RowSource& from, std::vector<int64_t> rows)
      : from_(from), rows_(std::move(rows)) {}

  int64_t num_rows() const override { return static_cast<int64_t>(rows_.size()); }
  DType dtype() const override { return from_.dtype(); }
  const Shape& row_shape() const override { return from_.row_shape(); }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    std::vector<int64_t> chosen;
    for (const int64_t row : rows) chosen.push_back(rows_[static_cast<size_t>(row)]);
    return from_.ReadRows(chosen, out);
  }

 private:
  const RowSource& from_;
  const std::vector<int64_t> rows_;
};

absl::StatusOr<Dataset> Part(const Dataset& dataset, std::vector<int64_t> rows) {
  std::vector<Dataset::NamedRows> columns;
  for (const Column& column : dataset.columns()) {
    columns.push_back({column.name, std::make_unique<ChosenRows>(*column.rows, rows)});
  }
  return Dataset::FromRows(std::move(columns));
}

absl::StatusOr<std::optional<int64_t>> Count(std::optional<double> size, int64_t rows,
                                             std::string_view name) {
  if (!size) return std::optional<int64_t>();
  const bool is_part = *size > 0 && *size < 1;
  if (!is_part && (*size < 1 || *size > static_cast<double>(rows) || *size != std::floor(*size))) {
    return InvalidArgument("{}: expected a part of 1 or a number of the {} samples, received {}",
                           name, rows, *size);
  }
  if (!is_part) return std::optional<int64_t>(static_cast<int64_t>(*size));
  return std::optional<int64_t>(std::llround(*size * static_cast<double>(rows)));
}

}  // namespace

absl::StatusOr<std::pair<Dataset, Dataset>> SplitDataset(const Dataset& dataset,
                                                         const SplitOptions& options) {
  const int64_t rows = dataset.num_rows();
  if (!options.left_size && !options.right_size) {
    return InvalidArgument("split_dataset: expected left_size or right_size, received neither");
  }
  ASSIGN_OR_RETURN(const std::optional<int64_t> left, Count(options.left_size, rows, "left_size"));
  ASSIGN_OR_RETURN(const std::optional<int64_t> right,
                   Count(options.right_size, rows, "right_size"));
  const int64_t first = left.value_or(rows - right.value_or(0));
  const int64_t second = right.value_or(rows - first);
  if (first < 1 || second < 1 || first + second > rows) {
    return InvalidArgument(
        "split_dataset: expected two parts of at most {} samples, received {} and {}", rows, first,
        second);
  }
  std::vector<int64_t> order(static_cast<size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  if (options.shuffle) {
    PhiloxStream random(options.seed);
    for (size_t i = order.size(); i > 1; --i) {
      const auto other = static_cast<size_t>(random.Uniform() * static_cast<float>(i));
      std::swap(order[i - 1], order[std::min(other, i - 1)]);
    }
  }
  ASSIGN_OR_RETURN(Dataset one, Part(dataset, {order.begin(), order.begin() + first}));
  ASSIGN_OR_RETURN(Dataset two,
                   Part(dataset, {order.begin() + first, order.begin() + first + second}));
  return std::make_pair(std::move(one), std::move(two));
}

}  // namespace tricorn::keras
