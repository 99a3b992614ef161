#include "core/ops/image/image.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/backend/reference/reference.h"
#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/boxes.h"
#include "core/ops/random/random.h"
#include "core/ops/reduce/reduce.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// What f gives for constants, on the reference backend.
template <typename F>
absl::StatusOr<Tensor> Compute(const std::vector<Tensor>& values, F&& f) {
  Builder builder;
  Values inputs;
  for (const Tensor& value : values) {
    inputs.push_back(
        builder.Input(fmt::format("x{}", inputs.size()), {value.dtype(), value.shape()}));
  }
  const Value y = f(inputs);
  ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish({{"y", y}}));
  ASSIGN_OR_RETURN(std::vector<Tensor> results,
                   backend::MakeReferenceDevice()->Evaluate(graph, values));
  return results[0];
}

void ExpectNear(const absl::StatusOr<Tensor>& got, const Tensor& want, double tolerance = 1e-5) {
  ASSERT_TRUE(got.ok()) << got.status();
  ASSERT_EQ(got->shape(), want.shape());
  for (int64_t i = 0; i < want.num_elements(); ++i) {
    EXPECT_NEAR(got->At(i), want.At(i), tolerance) << "element " << i;
  }
}

Tensor F32(Shape shape, std::vector<double> values) {
  return Tensor::From<double>(std::move(shape), values).Cast(DType::kF32);
}

Tensor Counting(Shape shape) {
  std::vector<double> values(static_cast<size_t>(shape.num_elements()));
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  return F32(std::move(shape), values);
}

TEST(Resize, RoundsBetweenIntegersAndKeepsTheirDType) {
  const Tensor x = Tensor::From<int64_t>({1, 2, 1}, std::vector<int64_t>{0, 255}).Cast(DType::kU8);
  const auto y = Compute({x}, [](Values v) { return Resize(v[0], 1, 4); });
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->dtype(), DType::kU8);
  ExpectNear(y, Tensor::From<double>({1, 4, 1}, {0, 64, 191, 255}), 0);
}

TEST(Resize, CubicHoldsUnsignedIntegersWithinTheirRange) {
  const Tensor x =
      Tensor::From<int64_t>({1, 4, 1}, std::vector<int64_t>{0, 0, 255, 255}).Cast(DType::kU8);
  const auto y = Compute({x}, [](Values v) {
    return Cast(Resize(v[0], 1, 12, {.interpolation = "bicubic"}), DType::kI32);
  });
  ASSERT_TRUE(y.ok()) << y.status();
  EXPECT_EQ(y->At(3), 0);    // an undershoot
  EXPECT_EQ(y->At(8), 255);  // an overshoot
}

TEST(Resize, RefusesWhatItDoesNotKnow) {
  const auto resize = [](int64_t height, const ResizeOptions& options) {
    return Compute({Counting({2, 2, 1})},
                   [&](Values v) { return Resize(v[0], height, 2, options); })
        .status()
        .code();
  };
  EXPECT_EQ(resize(2, {.interpolation = "area"}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(resize(2, {.fill_mode = "reflect"}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(resize(0, {}), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(resize(2, {.crop_to_aspect_ratio = true, .pad_to_aspect_ratio = true}),
            absl::StatusCode::kInvalidArgument);
}

TEST(ExtractPatches, ReconstructGivesTheImagesBack) {
  const Tensor x = Counting({2, 5, 6, 3});
  ExpectNear(
      Compute({x},
              [](Values v) {
                const Value patches = ExtractPatches(v[0], {2, 4}, {2, 4}, {1, 1}, Padding::kSame);
                return ReconstructPatches(patches, {2, 4}, {5, 6}, Padding::kSame);
              }),
      x, 0);
}

TEST(ExtractPatches, TakesDilatedWindows) {
  const auto y = Compute({Counting({4, 4, 1})}, [](Values v) {
    return ExtractPatches(v[0], {2, 2}, {1, 1}, {2, 2}, Padding::kValid);
  });
  ExpectNear(y, F32({2, 2, 4}, {0, 2, 8, 10, 1, 3, 9, 11, 4, 6, 12, 14, 5, 7, 13, 15}), 0);
}

TEST(CropImages, AsksForTwoOfThreeAmounts) {
  const auto crop = [](const CropImagesOptions& options) {
    return Compute({Counting({4, 3, 1})}, [&](Values v) { return CropImages(v[0], options); });
  };
  ExpectNear(crop({.top_cropping = 1, .left_cropping = 1, .target_height = 2, .target_width = 1}),
             F32({2, 1, 1}, {4, 7}), 0);
  EXPECT_FALSE(crop({.top_cropping = 1, .left_cropping = 1, .target_width = 1}).ok());
  EXPECT_FALSE(
      crop({.top_cropping = 3, .left_cropping = 1, .target_height = 2, .target_width = 1}).ok());
}

TEST(Homography, SendsEndPointsToStartPoints) {
  const Tensor start = F32({4, 2}, {0, 0, 7, 1, 1, 6, 8, 9});
  const Tensor end = F32({4, 2}, {1, 2, 6, 0, 0, 7, 9, 8});
  const auto h = Compute({start, end}, [](Values v) { return Homography(v[0], v[1]); });
  ASSERT_TRUE(h.ok()) << h.status();
  for (int64_t i = 0; i < 4; ++i) {
    const double x = end.At(2 * i), y = end.At(2 * i + 1);
    const double k = h->At(6) * x + h->At(7) * y + 1;
    EXPECT_NEAR((h->At(0) * x + h->At(1) * y + h->At(2)) / k, start.At(2 * i), 1e-4);
    EXPECT_NEAR((h->At(3) * x + h->At(4) * y + h->At(5)) / k, start.At(2 * i + 1), 1e-4);
  }
}

TEST(AffineTransform, MovesEachImageByItsOwnMap) {
  const Tensor shifts = F32({2, 8}, {1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0});
  const auto y = Compute({Counting({2, 2, 2, 1}), shifts},
                         [](Values v) { return AffineTransform(v[0], v[1], {.fill_value = 9}); });
  ExpectNear(y, F32({2, 2, 2, 1}, {1, 9, 3, 9, 9, 9, 4, 5}));
}

TEST(Hsv, TurnsBackIntoRgb) {
  const Tensor x = F32({1, 4, 3}, {0.1, 0.5, 0.9, 0.7, 0.2, 0.2, 0, 0, 0, 0.3, 0.8, 0.3});
  ExpectNear(Compute({x}, [](Values v) { return HsvToRgb(RgbToHsv(v[0])); }), x);
}

TEST(Boxes, EveryFormatTurnsBack) {
  const Tensor boxes = F32({2, 4}, {1, 2, 5, 8, 0, 3, 2, 4});
  const ImageSize size{10, 20};
  for (int i = 0; i <= static_cast<int>(BoxFormat::kRelCenterXywh); ++i) {
    const auto format = static_cast<BoxFormat>(i);
    ExpectNear(Compute({boxes},
                       [&](Values v) {
                         const Value there = ConvertBoxes(v[0], BoxFormat::kXyxy, format, size);
                         return ConvertBoxes(there, format, BoxFormat::kXyxy, size);
                       }),
               boxes);
  }
  ExpectNear(Compute({boxes},
                     [&](Values v) {
                       return ConvertBoxes(v[0], BoxFormat::kXyxy, BoxFormat::kRelXywh, size);
                     }),
             F32({2, 4}, {0.05, 0.2, 0.2, 0.6, 0, 0.3, 0.1, 0.1}));
}

TEST(Boxes, IouIsTheSharedAreaOverAll) {
  const auto iou =
      Compute({F32({1, 4}, {0, 0, 4, 4}), F32({3, 4}, {2, 2, 6, 6, 5, 5, 6, 6, -1, -1, -1, -1})},
              [](Values v) { return BoxIou(v[0], v[1], BoxFormat::kXyxy, -7); });
  ExpectNear(iou, F32({1, 3}, {4.0 / 28, 0, -7}));
}

// Expected numbers are those of keras.utils.bounding_boxes.
TEST(Boxes, AreWhatKerasComputes) {
  const Tensor a = F32({2, 4}, {1, 2, 5, 8, 0, 3, 2, 4}), b = F32({2, 4}, {2, 2, 6, 7, 1, 1, 3, 9});
  ExpectNear(Compute({a, b}, [](Values v) { return BoxCiou(v[0], v[1], BoxFormat::kXyxy); }),
             F32({2}, {0.49673, -0.058746}));
  ExpectNear(Compute({a, b}, [](Values v) { return BoxCiou(v[0], v[1], BoxFormat::kXywh); }),
             F32({2}, {0.496225, 0.103183}));
  ExpectNear(Compute({a, b}, [](Values v) { return BoxIou(v[0], v[1], BoxFormat::kYxyx); }),
             F32({2, 2}, {0.517241, 0.428571, 0, 0.058824}));
  const BoxEncoding encoding{.anchors = BoxFormat::kXyxy, .boxes = BoxFormat::kXywh};
  ExpectNear(Compute({a, b, F32({4}, {0.1, 0.1, 0.2, 0.2})},
                     [&](Values v) { return EncodeBoxes(v[0], v[1], encoding, v[2]); }),
             F32({2, 4}, {0.83333, 5, 0.77075, 2.02733, 20, 7.5, 10.98612, 2.02733}), 2e-5);
  ExpectNear(Compute({a},
                     [](Values v) {
                       return CropBoxes(v[0], 1, 2, {5, 3});
                     }),
             F32({2, 4}, {0, 1, 3, 5, 0, 2, 0, 3}));
}

TEST(Boxes, MoveAsKerasMovesThem) {
  const Tensor boxes = F32({2, 2, 4}, {1, 2, 5, 8, 0, 3, 2, 4, 2, 2, 6, 7, 1, 1, 3, 9});
  const std::vector<Tensor> values = {boxes,
                                      F32({2}, {30, -20}),
                                      F32({2}, {0.1, -0.2}),
                                      F32({2}, {0.05, 0.3}),
                                      F32({2}, {1.2, 0.8}),
                                      F32({2}, {10, -5}),
                                      F32({2}, {-8, 4})};
  ExpectNear(
      Compute(values,
              [](Values v) {
                return AffineTransformBoxes(v[0], {v[1], v[2], v[3], v[4], v[5], v[6]}, {10, 12});
              }),
      F32({2, 2, 4}, {-0.05582, 2.09481, 9.23755, 10.80846, -0.45823, 5.28788, 2.65171, 7.73489,
                      -0.70376, 2.78728, 4.10596, 7.75512, -2.15948, 1.72847, 2.1028, 8.24181}),
      2e-5);
}

TEST(Boxes, DecodeTurnsEncodeBack) {
  const Tensor anchors = F32({2, 4}, {0, 0, 4, 4, 1, 1, 3, 7});
  const Tensor boxes = F32({2, 4}, {1, 1, 3, 5, 0, 2, 4, 6});
  const Tensor variance = F32({4}, {0.1, 0.1, 0.2, 0.2});
  ExpectNear(Compute({anchors, boxes, variance},
                     [](Values v) {
                       const Value deltas = EncodeBoxes(v[0], v[1], {}, v[2]);
                       return DecodeBoxes(v[0], deltas, {}, v[2]);
                     }),
             boxes);
}

// Moments of 20000 draws, within some five of their own deviations.
TEST(RandomLogGamma, HasMeanAndVarianceAlpha) {
  const Tensor key = Tensor::From<uint32_t>({2}, std::vector<uint32_t>{1, 2});
  for (const double alpha : {0.2, 0.9, 1.0, 4.0}) {
    const auto moments = Compute({key}, [&](Values v) {
      const Value shape = Full(v[0].builder(), {DType::kF32, {20000}}, alpha);
      const Value y = Exp(RandomLogGamma(v[0], shape));
      return Stack({{Mean(y), Variance(y)}}, 0);
    });
    ASSERT_TRUE(moments.ok()) << moments.status();
    EXPECT_NEAR(moments->At(0), alpha, 0.05 * std::max(alpha, 0.5));
    EXPECT_NEAR(moments->At(1), alpha, 0.2 * std::max(alpha, 0.5));
  }
}

TEST(RandomLogitBeta, HasTheMomentsOfBeta) {
  const Tensor key = Tensor::From<uint32_t>({2}, std::vector<uint32_t>{3, 4});
  const double a = 0.3, b = 1.2;
  const auto moments = Compute({key}, [&](Values v) {
    const Type type{DType::kF32, {20000}};
    const Value y = Sigmoid(
        RandomLogitBeta(v[0], Full(v[0].builder(), type, a), Full(v[0].builder(), type, b)));
    return Stack({{Mean(y), Variance(y)}}, 0);
  });
  ASSERT_TRUE(moments.ok()) << moments.status();
  EXPECT_NEAR(moments->At(0), a / (a + b), 0.01);
  EXPECT_NEAR(moments->At(1), a * b / ((a + b) * (a + b) * (a + b + 1)), 0.01);
}

}  // namespace
}  // namespace tricorn::ops
