#include "core/tensor/allocate.h"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

#include "core/base/status.h"
#include "core/tensor/bounds.h"

namespace tricorn {

absl::StatusOr<Tensor> Allocate(DType dtype, const Shape& shape) {
  constexpr std::align_val_t kAlignment{64};
  ASSIGN_OR_RETURN(const int64_t nbytes, CheckedNumBytes(dtype, shape));
  void* bytes = ::operator new(std::max<size_t>(nbytes, 1), kAlignment, std::nothrow);
  if (bytes == nullptr) {
    return ResourceExhausted("expected memory for {}{}, {} bytes, received a refusal", Name(dtype),
                             shape.ToString(), nbytes);
  }
  std::shared_ptr<const void> owner(
      bytes, [](const void* p) { ::operator delete(const_cast<void*>(p), kAlignment); });
  return Tensor::Wrap(dtype, shape, static_cast<std::byte*>(bytes), std::move(owner));
}

}  // namespace tricorn
