#include "core/keras/initializers/fill.h"

#include "core/tensor/allocate.h"
#include "core/tensor/bounds.h"

namespace tricorn::keras {

absl::StatusOr<Tensor> Fill(const Shape& shape, DType dtype, absl::FunctionRef<double()> next) {
  ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
  if (nbytes > kMaxInitialNbytes) {
    return ResourceExhausted("initial value: expected at most {} bytes, received shape {} of {}",
                             kMaxInitialNbytes, shape.ToString(), nbytes);
  }
  ASSIGN_OR_RETURN(Tensor out, Allocate(dtype, shape));
  DispatchDType(dtype, [&]<typename T>() {
    T* values = out.data<T>();
    const int64_t n = out.num_elements();
    for (int64_t i = 0; i < n; ++i) {
      if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
        values[i] = T(static_cast<float>(next()));
      } else {
        values[i] = static_cast<T>(next());
      }
    }
  });
  return out;
}

}  // namespace tricorn::keras
