#pragma once

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// An axis or several, as Keras takes both: 0 or [0, 1].
class AxisOrAxes {
 public:
  AxisOrAxes(int64_t axis = -1) : axes_{axis} {}                                     // NOLINT
  AxisOrAxes(std::initializer_list<int64_t> axes) : axes_(axes), is_list_(true) {}   // NOLINT
  AxisOrAxes(std::vector<int64_t> axes) : axes_(std::move(axes)), is_list_(true) {}  // NOLINT

  const std::vector<int64_t>& axes() const { return axes_; }
  bool is_list() const { return is_list_; }

  friend bool operator==(const AxisOrAxes&, const AxisOrAxes&) = default;
  friend Json ToJson(const AxisOrAxes& a) {
    return a.is_list_ ? tricorn::ToJson(a.axes_) : tricorn::ToJson(a.axes_[0]);
  }
  friend absl::Status FromJson(const Json& json, AxisOrAxes* out) {
    out->is_list_ = json.is_array();
    if (out->is_list_) return tricorn::FromJson(json, &out->axes_);
    out->axes_.assign(1, 0);
    return tricorn::FromJson(json, &out->axes_[0]);
  }

 private:
  std::vector<int64_t> axes_;
  bool is_list_ = false;
};

}  // namespace tricorn::keras
