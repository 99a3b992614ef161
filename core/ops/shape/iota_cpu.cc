#include <algorithm>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/ops/shape/shape.h"

namespace tricorn::backend::cpu {
namespace {

template <typename T>
T Number(int64_t value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return T(static_cast<float>(value));
  } else {
    return static_cast<T>(value);
  }
}

std::unique_ptr<Kernel> MakeIota(const KernelRequest& request) {
  const auto& attrs = request.attrs.As<ops::IotaAttrs>();
  const auto axis = static_cast<int>(attrs.axis);
  const int64_t length = attrs.shape[axis];
  const int64_t inner = attrs.shape.Strides()[static_cast<size_t>(axis)];
  const int64_t count = attrs.shape.num_elements();
  return MakeKernel([=, dtype = attrs.dtype](const KernelArgs& args) {
    DispatchDType(dtype, [&]<typename T>() {
      T* y = args.result<T>(0);
      for (int64_t i = 0; i < count;) {
        for (int64_t at = 0; at < length; ++at, i += inner) {
          std::fill_n(y + i, inner, Number<T>(at));
        }
      }
    });
  });
}

}  // namespace

void RegisterIotaCpu(KernelRegistry& registry) { registry.Add(ops::kIota, MakeIota); }

}  // namespace tricorn::backend::cpu
