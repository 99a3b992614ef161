#include "core/keras/preparation/categorical.h"

#include <algorithm>

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn::keras {

absl::StatusOr<Tensor> ToCategorical(const Tensor& x, std::optional<int64_t> num_classes) {
  int64_t largest = -1;
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    largest = std::max(largest, static_cast<int64_t>(x.At(i)));
  }
  const int64_t classes = num_classes.value_or(largest + 1);
  std::vector<int64_t> dims = x.shape().dims();
  if (dims.size() > 1 && dims.back() == 1) dims.pop_back();
  dims.push_back(classes);
  const Shape shape(std::move(dims));
  RETURN_IF_ERROR(WithSubject(CheckedNumBytes(DType::kF32, shape).status(), "to_categorical"));
  Tensor rows(DType::kF32, shape);
  for (int64_t i = 0; i < x.num_elements(); ++i) {
    const auto index = static_cast<int64_t>(x.At(i));
    if (index < -classes || index >= classes) {
      return InvalidArgument("to_categorical: expected class indices below {}, received {}",
                             classes, index);
    }
    rows.data<float>()[i * classes + (index < 0 ? index + classes : index)] = 1;
  }
  return rows;
}

}  // namespace tricorn::keras
