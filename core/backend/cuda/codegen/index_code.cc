#include "core/backend/cuda/codegen/index_code.h"

#include <algorithm>
#include <limits>

#include "core/base/status.h"

namespace tricorn::backend::cuda {

IndexCode::IndexCode(const Shape& shape, const std::vector<std::vector<int64_t>>& strides)
    : strides_(strides.size()) {
  for (int k = 0; k < shape.rank(); ++k) {
    if (shape[k] == 1) continue;
    const auto axis = static_cast<size_t>(k);
    bool joins = !lengths_.empty();
    for (size_t a = 0; joins && a < strides.size(); ++a) {
      joins = strides_[a].back() == strides[a][axis] * shape[k];
    }
    for (size_t a = 0; a < strides.size(); ++a) {
      if (joins) strides_[a].pop_back();
      strides_[a].push_back(strides[a][axis]);
    }
    if (joins) {
      lengths_.back() *= shape[k];
    } else {
      lengths_.push_back(shape[k]);
    }
  }
}

bool IndexCode::is_dense(size_t a) const {
  int64_t dense = 1;
  for (size_t k = lengths_.size(); k-- > 0;) {
    if (strides_[a][k] != dense) return false;
    dense *= lengths_[k];
  }
  return true;
}

bool IndexCode::is_constant(size_t a) const {
  return std::all_of(strides_[a].begin(), strides_[a].end(), [](int64_t s) { return s == 0; });
}

IndexCode::Innermost IndexCode::innermost(size_t a) const {
  if (lengths_.empty()) return {};
  return {lengths_.back(), strides_[a].back()};
}

std::string IndexCode::Code(std::string_view index, const std::vector<std::string>& offsets) const {
  std::string code;
  for (const std::string& offset : offsets) code += fmt::format("Index {} = 0;\n", offset);
  code += fmt::format("{{ Index rest = {};\n", index);
  for (size_t k = lengths_.size(); k-- > 0;) {
    if (k > 0) {
      code += fmt::format("{{ const Index q = rest / {0}, c = rest - q * {0}; rest = q;\n",
                          lengths_[k]);
    } else {
      code += "{ const Index c = rest;\n";
    }
    for (size_t a = 0; a < offsets.size(); ++a) {
      if (strides_[a][k] != 0) code += fmt::format("{} += c * {};\n", offsets[a], strides_[a][k]);
    }
    code += "}\n";
  }
  return code + "}\n";
}

Rows RowsAlong(const Shape& shape, int64_t axis) {
  Rows rows;
  for (int k = 0; k < shape.rank(); ++k) {
    (k < axis ? rows.outer : k == axis ? rows.length : rows.inner) *= shape[k];
  }
  return rows;
}

std::string_view IndexType(int64_t count) {
  return count <= std::numeric_limits<int32_t>::max() ? "i32" : "i64";
}

}  // namespace tricorn::backend::cuda
