#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "core/base/json_fields.h"

namespace tricorn::keras {

// A number or several, as Keras takes both: 0.5 or [0.25, 0.5]. Reads a vector in the form of a
// serialized tensor, {"class_name": "__tensor__", "config": {"value": [...]}}, as a list.
class NumberOrList {
 public:
  NumberOrList(double value = 0) : values_{value} {}                                       // NOLINT
  NumberOrList(std::initializer_list<double> values) : values_(values), is_list_(true) {}  // NOLINT
  NumberOrList(std::vector<double> values)                                                 // NOLINT
      : values_(std::move(values)), is_list_(true) {}

  const std::vector<double>& values() const { return values_; }
  bool is_list() const { return is_list_; }

  friend bool operator==(const NumberOrList&, const NumberOrList&) = default;
  friend Json ToJson(const NumberOrList& n) {
    return n.is_list_ ? tricorn::ToJson(n.values_) : Json(n.values_[0]);
  }
  friend absl::Status FromJson(const Json& json, NumberOrList* out) {
    const bool is_tensor = json["class_name"] == Json("__tensor__");
    out->is_list_ = json.is_array() || is_tensor;
    if (out->is_list_) {
      return tricorn::FromJson(is_tensor ? json["config"]["value"] : json, &out->values_);
    }
    out->values_.assign(1, 0);
    return tricorn::FromJson(json, &out->values_[0]);
  }

 private:
  std::vector<double> values_;
  bool is_list_ = false;
};

}  // namespace tricorn::keras
