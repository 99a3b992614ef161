#include "core/tensor/shape.h"

#include "core/base/json_fields.h"

namespace tricorn {

int64_t Shape::num_elements() const {
  int64_t n = 1;
  for (const int64_t dim : dims_) n *= dim;
  return n;
}

std::vector<int64_t> Shape::Strides() const {
  std::vector<int64_t> strides(dims_.size());
  int64_t stride = 1;
  for (size_t i = dims_.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= dims_[i];
  }
  return strides;
}

std::string Shape::ToString() const {
  std::string text = "(";
  for (size_t i = 0; i < dims_.size(); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(dims_[i]);
  }
  return text + (dims_.size() == 1 ? ",)" : ")");
}

Json ToJson(const Shape& shape) { return ToJson(shape.dims()); }

absl::Status FromJson(const Json& json, Shape* out) {
  std::vector<int64_t> dims;
  RETURN_IF_ERROR(FromJson(json, &dims));
  *out = Shape(std::move(dims));
  return absl::OkStatus();
}

}  // namespace tricorn
