#include "core/keras/training/predictor.h"

#include <gtest/gtest.h>

#include "core/backend/cpu/cpu_device.h"
#include "core/keras/layers/core/dense.h"
#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/functional.h"

namespace tricorn::keras {
namespace {

// Refuses its n-th allocation.
class FullDevice : public backend::cpu::CpuDevice {
 public:
  absl::StatusOr<backend::Buffer> Allocate(int64_t nbytes) override {
    if (--left == 0) return absl::ResourceExhaustedError("full");
    return CpuDevice::Allocate(nbytes);
  }
  int left = 0;
};

TEST(Predictor, GoesOnAfterMemoryWasRefused) {
  FullDevice device;
  const KerasTensor x = Input({.shape = {{2}}});
  const Functional model(x, Dense({.units = 1})(x));
  const Tensor row(DType::kF32, {1, 2});
  for (int refused = 1; refused <= 4; ++refused) {  // of input, output, kernel and bias
    Predictor predictor(*model, device, 1);
    device.left = refused;
    EXPECT_TRUE(absl::IsResourceExhausted(predictor.Predict({row}).status())) << refused;
    const auto again = predictor.Predict({row});
    EXPECT_TRUE(again.ok()) << again.status();
  }
}

// As a model's file may say.
TEST(Predictor, RefusesToWarmUpInputsThatNoMemoryHolds) {
  const auto warm_up = [](const KerasTensor& x) {
    backend::cpu::CpuDevice device;
    const Functional model(x, x);
    return Predictor(*model, device, 1).WarmUp(2);
  };
  EXPECT_TRUE(absl::IsInvalidArgument(warm_up(Input({.shape = {{3}}, .dtype = DType::kString}))));
  EXPECT_TRUE(absl::IsInvalidArgument(warm_up(Input({.shape = {{int64_t{1} << 61, 8}}}))));
  EXPECT_TRUE(absl::IsResourceExhausted(warm_up(Input({.shape = {{int64_t{1} << 58}}}))));
}

}  // namespace
}  // namespace tricorn::keras
