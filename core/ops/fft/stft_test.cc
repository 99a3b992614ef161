#include "core/backend/reference/reference.h"
#include "core/ops/creation/creation.h"
#include "core/ops/fft/fft.h"
#include "core/ops/suite/sample.h"
#include "core/ops/suite/test_evaluate.h"

namespace tricorn::ops {
namespace {

void ExpectNear(const Tensor& got, const Tensor& want) {
  ASSERT_EQ(got.shape(), want.shape());
  for (int64_t i = 0; i < want.num_elements(); ++i) EXPECT_NEAR(got.At(i), want.At(i), 1e-9) << i;
}

TEST(Rfft, IrfftGoesBack) {
  const auto device = backend::MakeReferenceDevice();
  for (const int64_t length : {1, 6, 7}) {
    const Tensor x = Uniform({2, length}, -1, 1);
    const auto y = EvaluateOn(
        *device, {x}, [&](Builder&, const Values& v) { return Values{Irfft(Rfft(v[0]), length)}; });
    ASSERT_EQ(y.size(), 1u);
    ExpectNear(y[0], x);
  }
}

TEST(Fft, InverseGoesBackAlongAnyAxis) {
  const auto device = backend::MakeReferenceDevice();
  const Tensor re = Uniform({3, 4}, -1, 1), im = Uniform({3, 4}, 0, 1);
  const auto y = EvaluateOn(*device, {re, im}, [](Builder&, const Values& v) {
    const Complex back = InverseFft(Fft({v[0], v[1]}, 0), 0);
    return Values{back.re, back.im};
  });
  ASSERT_EQ(y.size(), 2u);
  ExpectNear(y[0], re);
  ExpectNear(y[1], im);
}

TEST(Stft, IstftGoesBack) {
  const auto device = backend::MakeReferenceDevice();
  const Tensor x = Uniform({2, 32}, -1, 1), window = Vector(*Window("hann", 8, true));
  const auto y = EvaluateOn(*device, {x, window}, [](Builder&, const Values& v) {
    const StftOptions options{
        .sequence_length = 8, .sequence_stride = 4, .fft_length = 8, .window = v[1]};
    return Values{Istft(Stft(v[0], options), options, std::nullopt)};
  });
  ASSERT_EQ(y.size(), 1u);
  ExpectNear(y[0], x);
}

TEST(Stft, RefusesAWindowOfAnotherLength) {
  const absl::Status status =
      ErrorOf({{DType::kF32, {32}}, {DType::kF32, {7}}}, [](Builder&, const Values& x) {
        Stft(x[0], {.sequence_length = 8, .sequence_stride = 4, .fft_length = 8, .window = x[1]});
      });
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn::ops
