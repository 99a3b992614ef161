#include "core/keras/training/step_inputs.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// The part after the role: "x/image" gives "image"; empty when there is none.
std::string_view PartName(std::string_view column) {
  const size_t slash = column.find('/');
  return slash == column.npos ? "" : column.substr(slash + 1);
}

absl::StatusOr<std::vector<size_t>> Arrange(const std::vector<Column>& columns, Role role,
                                            std::string_view what,
                                            const std::vector<std::string>& names) {
  std::vector<size_t> found;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].role == role) found.push_back(i);
  }
  const bool by_name = std::any_of(found.begin(), found.end(), [&](size_t i) {
    return std::find(names.begin(), names.end(), PartName(columns[i].name)) != names.end();
  });
  if (found.size() != names.size()) {
    return InvalidArgument("{}: expected {} columns, one for each of the model's, received {}",
                           what, names.size(), found.size());
  }
  if (!by_name) return found;
  std::vector<size_t> arranged;
  for (const std::string& name : names) {
    const auto at = std::find_if(found.begin(), found.end(),
                                 [&](size_t i) { return PartName(columns[i].name) == name; });
    if (at == found.end())
      return InvalidArgument("{}: expected a column '{}/{}'", what, what, name);
    arranged.push_back(*at);
  }
  return arranged;
}

void AppendTypes(std::string_view role, const std::vector<Tensor>& tensors,
                 std::vector<std::pair<std::string, ir::Type>>& types) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    types.emplace_back(fmt::format("{}{}", role, i),
                       ir::Type{tensors[i].dtype(), tensors[i].shape()});
  }
}

}  // namespace

std::vector<std::pair<std::string, ir::Type>> StepInputs::Types() const {
  std::vector<std::pair<std::string, ir::Type>> types;
  AppendTypes("x", x, types);
  AppendTypes("y", y, types);
  AppendTypes("sample_weight", sample_weight, types);
  return types;
}

std::vector<Tensor> StepInputs::Tensors() const {
  std::vector<Tensor> all = x;
  all.insert(all.end(), y.begin(), y.end());
  all.insert(all.end(), sample_weight.begin(), sample_weight.end());
  return all;
}

BatchValues StepInputs::Values(ir::Operands arguments) const {
  CHECK(arguments.size() >= x.size() + y.size() + sample_weight.size());
  BatchValues values;
  const auto* next = arguments.data();
  const auto take = [&](ir::Values& to, size_t count) {
    to.assign(next, next + count);
    next += count;
  };
  take(values.x, x.size());
  take(values.y, y.size());
  take(values.sample_weight, sample_weight.size());
  return values;
}

std::string StepInputs::Key() const {
  std::string key;
  for (const auto& [name, type] : Types()) key += name + ":" + type.ToString() + ";";
  return key;
}

StepInputs StepInputs::OneZeroRow() const {
  const auto zero_rows = [](const std::vector<Tensor>& tensors) {
    std::vector<Tensor> rows;
    for (const Tensor& tensor : tensors) {
      Shape shape = tensor.shape();
      shape[0] = 1;
      rows.emplace_back(tensor.dtype(), shape);
    }
    return rows;
  };
  return {zero_rows(x), zero_rows(y), zero_rows(sample_weight)};
}

absl::StatusOr<ColumnMap> ColumnMap::Make(const std::vector<Column>& columns,
                                          const std::vector<std::string>& input_names,
                                          const std::vector<std::string>& output_names,
                                          bool needs_y) {
  ColumnMap map;
  ASSIGN_OR_RETURN(map.x_, Arrange(columns, Role::kX, "x", input_names));
  if (needs_y) {
    ASSIGN_OR_RETURN(map.y_, Arrange(columns, Role::kY, "y", output_names));
  }
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].role == Role::kSampleWeight) map.sample_weight_.push_back(i);
  }
  if (map.sample_weight_.size() > 1) {
    ASSIGN_OR_RETURN(map.sample_weight_,
                     Arrange(columns, Role::kSampleWeight, "sample_weight", output_names));
  }
  return map;
}

StepInputs ColumnMap::Apply(const std::vector<Tensor>& columns) const {
  StepInputs inputs;
  for (const size_t i : x_) inputs.x.push_back(columns[i]);
  for (const size_t i : y_) inputs.y.push_back(columns[i]);
  if (y_.empty()) return inputs;
  for (const size_t i : sample_weight_) inputs.sample_weight.push_back(columns[i]);
  return inputs;
}

}  // namespace tricorn::keras
