#include "core/keras/local/arrays.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace tricorn::keras {
namespace {

// Columns "ROLE", "ROLE/0", "ROLE/1", ... or "ROLE/KEY".
void AppendColumns(std::string_view role, const Arrays& arrays,
                   std::vector<Dataset::NamedTensor>& columns) {
  if (arrays.is_leaf()) columns.push_back({std::string(role), arrays.leaf()});
  if (arrays.is_dict()) {
    for (const auto& [key, value] : arrays.dict()) {
      if (value.is_leaf()) columns.push_back({fmt::format("{}/{}", role, key), value.leaf()});
    }
  }
  if (arrays.is_list()) {
    int i = 0;
    for (const Tensor& tensor : arrays.Flatten()) {
      columns.push_back({fmt::format("{}/{}", role, i++), tensor});
    }
  }
}

}  // namespace

absl::StatusOr<Dataset> DatasetOf(const Arrays& x, const Arrays& y, const Arrays& sample_weight) {
  std::vector<Dataset::NamedTensor> columns;
  AppendColumns("x", x, columns);
  AppendColumns("y", y, columns);
  AppendColumns("sample_weight", sample_weight, columns);
  return Dataset::FromTensors(std::move(columns));
}

}  // namespace tricorn::keras
