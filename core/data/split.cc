#include "core/data/split.h"

#include <cmath>
#include <memory>
#include <vector>

#include "core/base/status.h"
#include "core/data/shard.h"

namespace tricorn {
namespace {

// Rows [first, first + count) of an order of another dataset's column.
class ChosenRows : public RowSource {
 public:
  ChosenRows(std::shared_ptr<const Dataset> dataset, const RowSource& rows,
             std::shared_ptr<const EpochOrder> order, int64_t first, int64_t count)
      : dataset_(std::move(dataset)),
        rows_(rows),
        order_(std::move(order)),
        first_(first),
        count_(count) {}

  int64_t num_rows() const override { return count_; }
  DType dtype() const override { return rows_.dtype(); }
  const Shape& row_shape() const override { return rows_.row_shape(); }
  absl::Status ReadRows(std::span<const int64_t> rows, std::byte* out) const override {
    std::vector<int64_t> chosen;
    for (const int64_t row : rows) chosen.push_back((*order_)[first_ + row]);
    return rows_.ReadRows(chosen, out);
  }

 private:
  const std::shared_ptr<const Dataset> dataset_;  // whose column rows_ is
  const RowSource& rows_;
  const std::shared_ptr<const EpochOrder> order_;
  const int64_t first_, count_;
};

absl::StatusOr<std::optional<int64_t>> RowsOf(std::string_view side,
                                              const std::optional<SplitSize>& size, int64_t total) {
  if (!size) return std::nullopt;
  if (const double* const share = std::get_if<double>(&*size)) {
    if (!(*share > 0 && *share < 1)) {
      return InvalidArgument("{}: expected a share within (0, 1), received {}", side, *share);
    }
    return static_cast<int64_t>(std::nearbyint(*share * static_cast<double>(total)));
  }
  const int64_t rows = std::get<int64_t>(*size);
  if (rows < 1 || rows >= total) {
    return InvalidArgument("{}: expected rows within [1, {}], received {}", side, total - 1, rows);
  }
  return rows;
}

}  // namespace

absl::StatusOr<std::pair<Dataset, Dataset>> SplitDataset(Dataset dataset,
                                                         const SplitOptions& options) {
  const int64_t total = dataset.num_rows();
  ASSIGN_OR_RETURN(std::optional<int64_t> left, RowsOf("left", options.left, total));
  ASSIGN_OR_RETURN(std::optional<int64_t> right, RowsOf("right", options.right, total));
  if (!left && !right) return InvalidArgument("split: expected left or right, received neither");
  if (!left) left = total - *right;
  if (!right) right = total - *left;
  if (*left < 1 || *right < 1 || *left > total - *right) {
    return InvalidArgument("split: expected at least 1 row on each side of {}, received {} and {}",
                           total, *left, *right);
  }
  const auto source = std::make_shared<const Dataset>(std::move(dataset));
  const auto order = std::make_shared<const EpochOrder>(
      options.shuffle ? EpochOrder::Shuffled({0, total}, options.seed, 0)
                      : EpochOrder::Sequential({0, total}));
  const auto part = [&](int64_t first, int64_t count) {
    std::vector<Dataset::NamedRows> sources;
    for (const Column& column : source->columns()) {
      sources.push_back(
          {column.name, std::make_unique<ChosenRows>(source, *column.rows, order, first, count)});
    }
    return Dataset::FromRows(std::move(sources));
  };
  ASSIGN_OR_RETURN(Dataset first, part(0, *left));
  ASSIGN_OR_RETURN(Dataset second, part(*left, *right));
  return std::pair(std::move(first), std::move(second));
}

}  // namespace tricorn
