#include <array>

#include "core/ops/elementwise/elementwise.h"
#include "core/ops/image/batch.h"
#include "core/ops/image/image.h"
#include "core/ops/random/random.h"
#include "core/ops/shape/shape.h"

namespace tricorn::ops {
namespace {

// A 3 x 3 matrix for each image, by rows; entries (batch,).
using Matrix = std::array<std::array<Value, 3>, 3>;

// Column `i` of v (batch, n).
Value Column(Value v, int64_t i) { return Squeeze(SliceAxis(v, 1, i, i + 1), {1}); }

Matrix Product(const Matrix& a, const Matrix& b) {
  Matrix c;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      c[i][j] = a[i][0] * b[0][j] + a[i][1] * b[1][j] + a[i][2] * b[2][j];
    }
  }
  return c;
}

// The inverse but for a factor.
Matrix Adjugate(const Matrix& m) {
  Matrix a;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      const size_t r = (j + 1) % 3, s = (j + 2) % 3, c = (i + 1) % 3, d = (i + 2) % 3;
      a[i][j] = m[r][c] * m[s][d] - m[r][d] * m[s][c];
    }
  }
  return a;
}

// The projective map of the basis and (1, 1, 1) to four points (batch, 4, 2), x and y.
// Source: Heckbert 1989, "Fundamentals of texture mapping and image warping".
Matrix FromBasis(Value points) {
  std::array<std::array<Value, 3>, 4> p;
  for (int64_t i = 0; i < 4; ++i) {
    const Value point = Squeeze(SliceAxis(points, 1, i, i + 1), {1});
    const Value x = Column(point, 0);
    p[static_cast<size_t>(i)] = {x, Column(point, 1), OnesLike(x)};
  }
  Matrix m;
  for (size_t i = 0; i < 3; ++i) {
    for (size_t j = 0; j < 3; ++j) m[i][j] = p[j][i];
  }
  const Matrix adjugate = Adjugate(m);
  for (size_t j = 0; j < 3; ++j) {
    const Value share = adjugate[j][0] * p[3][0] + adjugate[j][1] * p[3][1] + adjugate[j][2];
    for (size_t i = 0; i < 3; ++i) m[i][j] = m[i][j] * share;
  }
  return m;
}

absl::Status ExpectPoints(Value points) {
  if ((points.rank() == 2 || points.rank() == 3) && points.dim(-1) == 2 && points.dim(-2) == 4) {
    return absl::OkStatus();
  }
  return InvalidArgument("points: expected (4, 2) or (batch, 4, 2), received {}",
                         points.type().ToString());
}

// Row and column of each pixel of a batch, (1, height, width), in `dtype`.
std::array<Value, 2> Grid(Value images, DType dtype) {
  const Type type{dtype, {1, images.dim(1), images.dim(2)}};
  return {Iota(images.builder(), type, 1), Iota(images.builder(), type, 2)};
}

// images sampled at rows and columns (batch, height, width).
Value SampleAt(Value images, Value rows, Value columns, const MapCoordinatesAttrs& sampling) {
  const Shape shape{images.dim(0), images.dim(1), images.dim(2)};
  const Value at = Stack({{BroadcastTo(rows, shape), BroadcastTo(columns, shape)}}, -1);
  return images.builder().Add(kMapCoordinates, {{images, at}}, sampling);
}

}  // namespace

Value AffineTransform(Value images, Value transform, const MapCoordinatesAttrs& sampling) {
  return image::OnBatch(images, [&](Value x) {
    if (transform.rank() == 1) transform = ExpandDims(transform, {0});
    const int64_t count = transform.dim(0);
    if (transform.rank() != 2 || transform.dim(1) != 8 || (count != 1 && count != x.dim(0))) {
      return Error(x, InvalidArgument("transform: expected (8,) or ({}, 8), received {}", x.dim(0),
                                      transform.type().ToString()));
    }
    const DType dtype = image::WorkingDType(transform);
    const Value t = Cast(transform, dtype);
    const auto [rows, columns] = Grid(x, dtype);
    const auto entry = [&](int64_t i) { return Reshape(Column(t, i), {count, 1, 1}); };
    const auto line = [&, r = rows, c = columns](int64_t i) {
      return entry(i) * c + entry(i + 1) * r;
    };
    const Value k = line(6) + 1;
    return SampleAt(x, (line(3) + entry(5)) / k, (line(0) + entry(2)) / k, sampling);
  });
}

Value Homography(Value start_points, Value end_points) {
  for (const Value& points : {start_points, end_points}) {
    const absl::Status status = ExpectPoints(points);
    if (!status.ok()) return Error(points, status);
  }
  const auto batch = [](Value points) {
    if (points.rank() == 2) points = ExpandDims(points, {0});
    return Cast(points, image::WorkingDType(points));
  };
  const Matrix m = Product(FromBasis(batch(start_points)), Adjugate(FromBasis(batch(end_points))));
  Values entries;
  for (size_t i = 0; i < 8; ++i) entries.push_back(m[i / 3][i % 3] / m[2][2]);
  return Stack(entries, 1);
}

Value PerspectiveTransform(Value images, Value start_points, Value end_points,
                           const MapCoordinatesAttrs& sampling) {
  return AffineTransform(images, Homography(start_points, end_points), sampling);
}

Value ElasticTransform(Value images, Value key, Value alpha, Value sigma, int64_t kernel_size,
                       const MapCoordinatesAttrs& sampling) {
  return image::OnBatch(images, [&](Value x) {
    const DType dtype = image::WorkingDType(x);
    const Value wide_sigma = Cast(sigma, dtype);
    const auto field = [&](Value part) {
      const Value noise = RandomNormal(part, {dtype, {x.dim(0), x.dim(1), x.dim(2), 1}});
      const Value blurred = GaussianBlur(noise * wide_sigma, {kernel_size, kernel_size},
                                         BroadcastTo(wide_sigma, {2}));
      return Squeeze(blurred, {-1}) * Cast(alpha, dtype);
    };
    const Values keys = SplitKey(key, 2);
    const auto [rows, columns] = Grid(x, dtype);
    return SampleAt(x, rows + field(keys[0]), columns + field(keys[1]), sampling);
  });
}

}  // namespace tricorn::ops
