#include "core/data/dataset.h"

#include <algorithm>

namespace tricorn {

absl::StatusOr<Role> RoleOf(std::string_view column_name) {
  const std::string_view role = column_name.substr(0, column_name.find('/'));
  const bool has_name = role.size() + 1 < column_name.size();
  if (role == column_name || has_name) {
    if (role == "x") return Role::kX;
    if (role == "y") return Role::kY;
    if (role == "sample_weight") return Role::kSampleWeight;
  }
  return InvalidArgument("expected x, y or sample_weight, alone or as in x/NAME, received \"{}\"",
                         column_name);
}

absl::StatusOr<Dataset> Dataset::FromTensors(std::vector<NamedTensor> tensors) {
  std::vector<NamedRows> sources;
  for (auto& [name, tensor] : tensors) {
    if (tensor.shape().rank() == 0) {
      return InvalidArgument("{}: expected rows along the first axis, received a scalar", name);
    }
    sources.push_back({std::move(name), std::make_unique<TensorRows>(std::move(tensor))});
  }
  return FromRows(std::move(sources));
}

absl::StatusOr<Dataset> Dataset::FromRows(std::vector<NamedRows> sources) {
  Dataset dataset;
  for (auto& [name, rows] : sources) {
    ASSIGN_OR_RETURN(const Role role, RoleOf(name));
    for (const Column& other : dataset.columns_) {
      if (other.name == name) return InvalidArgument("{}: expected once, received twice", name);
    }
    dataset.columns_.push_back({name, role, std::move(rows)});
  }
  std::stable_sort(dataset.columns_.begin(), dataset.columns_.end(),
                   [](const Column& a, const Column& b) { return a.role < b.role; });
  if (dataset.columns_.empty() || dataset.columns_[0].role != Role::kX) {
    return InvalidArgument("dataset: expected a column x, received {} columns without one",
                           sources.size());
  }
  const Column& first = dataset.columns_[0];
  dataset.num_rows_ = first.rows->num_rows();
  for (const Column& column : dataset.columns_) {
    if (column.rows->num_rows() == dataset.num_rows_) continue;
    return InvalidArgument("{}: expected {} rows as {}, received {}", column.name,
                           dataset.num_rows_, first.name, column.rows->num_rows());
  }
  if (dataset.num_rows_ > 0) return dataset;
  return InvalidArgument("dataset: expected at least 1 row, received 0");
}

}  // namespace tricorn
