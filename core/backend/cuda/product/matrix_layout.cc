#include "core/backend/cuda/product/matrix_layout.h"

#include <algorithm>

namespace tricorn::backend::cuda {
namespace {

constexpr int64_t kMaxPlaces = 32;  // more launches than that take longer than a copy
constexpr int64_t kAlignment = 16;  // of operands, bytes

using Axes = std::vector<int64_t>;

int64_t Length(const Shape& shape, const Axes& axes) {
  int64_t length = 1;
  for (const int64_t axis : axes) length *= shape[static_cast<int>(axis)];
  return length;
}

int64_t StrideOf(const Shape& shape, int64_t axis) {
  return shape.Strides()[static_cast<size_t>(axis)];
}

// The stride with which `axes` can be walked as one row-major axis; 0 when all have length 1.
std::optional<int64_t> JointStride(const Shape& shape, const Axes& axes) {
  int64_t stride = 0, expected = 0;
  for (size_t k = axes.size(); k-- > 0;) {
    const int64_t length = shape[static_cast<int>(axes[k])];
    if (length == 1) continue;
    const int64_t own = StrideOf(shape, axes[k]);
    if (stride == 0) {
      stride = own;
    } else if (own != expected) {
      return std::nullopt;
    }
    expected = own * length;
  }
  return stride;
}

// An operand as matrices of rows (its own axes) and columns (contracted ones), a stack of them
// along its axes `batch`.
std::optional<MatrixLayout> MatricesOf(const Shape& shape, const AxisGroups& groups,
                                       const Axes& batch_axes) {
  const auto batch = JointStride(shape, batch_axes);
  auto rows = JointStride(shape, groups.own);
  auto columns = JointStride(shape, groups.contracted);
  if (!batch || !rows || !columns) return std::nullopt;
  const int64_t num_rows = Length(shape, groups.own);
  const int64_t num_columns = Length(shape, groups.contracted);
  // An axis of length 1 gets the stride of a plain matrix.
  if (num_columns == 1) columns = *rows == 1 ? num_rows : 1;
  if (num_rows == 1) rows = *columns == 1 ? num_columns : 1;
  if (*rows != 1 && *columns != 1) return std::nullopt;
  return MatrixLayout{.rows = num_rows,
                      .columns = num_columns,
                      .is_row_major = *columns == 1,
                      .leading = *columns == 1 ? *rows : *columns,
                      .batch_stride = *batch};
}

// The batch axes of a product: those that one call of the library takes, and those that are walked
// by calls. Numbers index the lists of batch axes.
struct Split {
  std::vector<size_t> stacked, walked;
};

Split WithOneStacked(size_t count, size_t stacked) {
  Split split{{stacked}, {}};
  for (size_t k = 0; k < count; ++k) {
    if (k != stacked) split.walked.push_back(k);
  }
  return split;
}

Axes Selected(const Axes& axes, const std::vector<size_t>& numbers) {
  Axes selected;
  for (const size_t k : numbers) selected.push_back(axes[k]);
  return selected;
}

class Planner {
 public:
  Planner(const ir::Type& a, const ir::Type& b, const ops::DotGeneralAttrs& attrs)
      : a_(a.shape),
        b_(b.shape),
        element_nbytes_(SizeOf(a.dtype)),
        a_groups_(GroupsOf(a.shape, attrs.a_batch, attrs.a_contract)),
        b_groups_(GroupsOf(b.shape, attrs.b_batch, attrs.b_contract)) {
    // y's batch axes come first, in their order.
    int64_t stride = Length(a_, a_groups_.own) * Length(b_, b_groups_.own);
    y_strides_.resize(a_groups_.batch.size());
    for (size_t k = y_strides_.size(); k-- > 0;) {
      y_strides_[k] = stride;
      stride *= BatchLength(k);
    }
  }

  std::optional<ProductLayout> Run() const {
    Split all;
    const size_t count = a_groups_.batch.size();
    for (size_t k = 0; k < count; ++k) all.stacked.push_back(k);
    if (auto layout = With(all)) return layout;
    // The longest axis that does leaves the fewest calls.
    std::vector<size_t> numbers = all.stacked;
    std::stable_sort(numbers.begin(), numbers.end(),
                     [&](size_t i, size_t j) { return BatchLength(i) > BatchLength(j); });
    for (const size_t k : numbers) {
      if (auto layout = With(WithOneStacked(count, k))) return layout;
    }
    return std::nullopt;
  }

 private:
  int64_t BatchLength(size_t k) const { return a_[static_cast<int>(a_groups_.batch[k])]; }

  std::optional<ProductLayout> With(const Split& split) const {
    const auto a = MatricesOf(a_, a_groups_, Selected(a_groups_.batch, split.stacked));
    const auto b = MatricesOf(b_, b_groups_, Selected(b_groups_.batch, split.stacked));
    if (!a || !b) return std::nullopt;
    ProductLayout layout;
    layout.a = *a;
    layout.b = *b;
    for (const size_t k : split.stacked) layout.batch *= BatchLength(k);
    layout.y_batch_stride = split.stacked.empty() ? 0 : y_strides_[split.stacked.back()];
    if (!Walk(split.walked, layout)) return std::nullopt;
    return layout;
  }

  // One place for every index of the walked axes.
  bool Walk(const std::vector<size_t>& walked, ProductLayout& layout) const {
    layout.places = {{}};
    for (const size_t k : walked) {
      const ProductLayout::Place step{StrideOf(a_, a_groups_.batch[k]),
                                      StrideOf(b_, b_groups_.batch[k]), y_strides_[k]};
      for (const int64_t elements : {step.a, step.b, step.y}) {
        if (BatchLength(k) > 1 && elements * element_nbytes_ % kAlignment != 0) return false;
      }
      if (static_cast<int64_t>(layout.places.size()) * BatchLength(k) > kMaxPlaces) return false;
      std::vector<ProductLayout::Place> places;
      for (const ProductLayout::Place& from : layout.places) {
        for (int64_t i = 0; i < BatchLength(k); ++i) {
          places.push_back({from.a + i * step.a, from.b + i * step.b, from.y + i * step.y});
        }
      }
      layout.places = std::move(places);
    }
    return true;
  }

  const Shape& a_;
  const Shape& b_;
  const int64_t element_nbytes_;
  const AxisGroups a_groups_, b_groups_;
  std::vector<int64_t> y_strides_;  // of the batch axes
};

}  // namespace

AxisGroups GroupsOf(const Shape& shape, const ops::Axes& batch, const ops::Axes& contract) {
  AxisGroups groups{batch, {}, contract};
  for (int64_t axis = 0; axis < shape.rank(); ++axis) {
    const bool taken = std::find(batch.begin(), batch.end(), axis) != batch.end() ||
                       std::find(contract.begin(), contract.end(), axis) != contract.end();
    if (!taken) groups.own.push_back(axis);
  }
  return groups;
}

bool IsStackOfMatrices(const Shape& shape, const AxisGroups& groups) {
  return MatricesOf(shape, groups, groups.batch).has_value();
}

std::optional<ProductLayout> LayoutOf(const ir::Type& a, const ir::Type& b,
                                      const ops::DotGeneralAttrs& attrs) {
  return Planner(a, b, attrs).Run();
}

}  // namespace tricorn::backend::cuda
