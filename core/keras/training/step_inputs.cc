#include "core/keras/training/step_inputs.h"

#include <algorithm>

#include "core/base/status.h"
#include "fmt/format.h"

namespace tricorn::keras {
namespace {

// The part after the role: "x/image" gives "image"; empty when there is none.
std::string_view PartName(std::string_view column) {
  const size_t slash = column.find('/');
  return slash == column.npos ? "" : column.substr(slash + 1);
}

std::vector<size_t> ColumnsOf(const std::vector<Column>& columns, Role role) {
  std::vector<size_t> found;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].role == role) found.push_back(i);
  }
  return found;
}

// The columns of a role in the order of `names`, and which names have one: all of them, unless
// `partial` and the columns go by name.
struct Arranged {
  std::vector<size_t> columns;
  std::vector<size_t> owners;  // indices of names
};

absl::StatusOr<Arranged> Arrange(const std::vector<Column>& columns, Role role,
                                 std::string_view what, const std::vector<std::string>& names,
                                 bool partial) {
  const std::vector<size_t> found = ColumnsOf(columns, role);
  const auto is_name = [&](size_t i) {
    return std::find(names.begin(), names.end(), PartName(columns[i].name)) != names.end();
  };
  const bool by_name = std::any_of(found.begin(), found.end(), is_name);
  if (found.size() != names.size() && !(partial && by_name)) {
    return InvalidArgument("{}: expected {} columns, one for each of the model's, received {}",
                           what, names.size(), found.size());
  }
  Arranged arranged;
  for (size_t owner = 0; owner < names.size(); ++owner) {
    if (!by_name) {
      arranged.columns.push_back(found[owner]);
      arranged.owners.push_back(owner);
      continue;
    }
    const auto at = std::find_if(found.begin(), found.end(), [&](size_t i) {
      return PartName(columns[i].name) == names[owner];
    });
    if (at == found.end() && partial) continue;
    if (at == found.end()) {
      return InvalidArgument("{}: expected a column '{}/{}'", what, what, names[owner]);
    }
    arranged.columns.push_back(*at);
    arranged.owners.push_back(owner);
  }
  for (const size_t i : found) {
    if (by_name && !is_name(i)) {
      return InvalidArgument("{}: expected names of the model's ({}), received '{}'", what,
                             fmt::join(names, ", "), PartName(columns[i].name));
    }
  }
  return arranged;
}

// Puts values at the places of their outputs; they are in place already when there are no owners.
ir::Values ByOutput(const ir::Values& values, const std::vector<size_t>& owners) {
  if (owners.empty()) return values;
  ir::Values placed;
  for (size_t i = 0; i < values.size(); ++i) {
    if (placed.size() <= owners[i]) placed.resize(owners[i] + 1);
    placed[owners[i]] = values[i];
  }
  return placed;
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
  values.y = ByOutput(values.y, y_outputs);
  values.sample_weight = ByOutput(values.sample_weight, weight_outputs);
  values.shares_weight = sample_weight.size() == 1 && weight_outputs.empty();
  return values;
}

const Tensor* StepInputs::YOf(size_t output) const {
  if (y_outputs.empty()) return output < y.size() ? &y[output] : nullptr;
  const auto at = std::find(y_outputs.begin(), y_outputs.end(), output);
  return at == y_outputs.end() ? nullptr : &y[static_cast<size_t>(at - y_outputs.begin())];
}

std::string StepInputs::Key() const {
  std::string key;
  for (const auto& [name, type] : Types()) key += name + ":" + type.ToString() + ";";
  for (const size_t output : y_outputs) key += fmt::format("y to {};", output);
  for (const size_t output : weight_outputs) key += fmt::format("sample_weight to {};", output);
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
  return {zero_rows(x), zero_rows(y), zero_rows(sample_weight), y_outputs, weight_outputs};
}

absl::StatusOr<ColumnMap> ColumnMap::Make(const std::vector<Column>& columns,
                                          const std::vector<std::string>& input_names,
                                          const std::vector<std::string>& output_names,
                                          bool needs_y) {
  ColumnMap map;
  ASSIGN_OR_RETURN(Arranged x, Arrange(columns, Role::kX, "x", input_names, false));
  map.x_ = std::move(x.columns);
  if (!needs_y) return map;
  ASSIGN_OR_RETURN(Arranged y, Arrange(columns, Role::kY, "y", output_names, true));
  map.y_ = std::move(y.columns);
  if (map.y_.size() < output_names.size()) map.y_outputs_ = std::move(y.owners);
  map.sample_weight_ = ColumnsOf(columns, Role::kSampleWeight);
  const bool shared =
      map.sample_weight_.size() == 1 && PartName(columns[map.sample_weight_[0]].name).empty();
  if (map.sample_weight_.empty() || shared) return map;
  ASSIGN_OR_RETURN(Arranged weights,
                   Arrange(columns, Role::kSampleWeight, "sample_weight", output_names, true));
  map.sample_weight_ = std::move(weights.columns);
  map.weight_outputs_ = std::move(weights.owners);
  return map;
}

StepInputs ColumnMap::Apply(const std::vector<Tensor>& columns) const {
  StepInputs inputs;
  for (const size_t i : x_) inputs.x.push_back(columns[i]);
  for (const size_t i : y_) inputs.y.push_back(columns[i]);
  if (y_.empty()) return inputs;
  for (const size_t i : sample_weight_) inputs.sample_weight.push_back(columns[i]);
  inputs.y_outputs = y_outputs_;
  inputs.weight_outputs = weight_outputs_;
  return inputs;
}

}  // namespace tricorn::keras
