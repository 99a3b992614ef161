#include <algorithm>
#include <cmath>

#include "core/backend/cpu/kernel/function_kernel.h"
#include "core/backend/cpu/processor/parallel.h"
#include "core/ops/image/image.h"

namespace tricorn::backend::cpu {
namespace {

constexpr int64_t kPlacesPerThread = 4096;

enum class FillMode : uint8_t { kConstant, kNearest, kWrap, kMirror, kReflect };

FillMode ModeOf(std::string_view name) {
  if (name == "nearest") return FillMode::kNearest;
  if (name == "wrap") return FillMode::kWrap;
  if (name == "mirror") return FillMode::kMirror;
  if (name == "reflect") return FillMode::kReflect;
  return FillMode::kConstant;
}

// i modulo n, within [0, n).
int64_t Modulo(int64_t i, int64_t n) {
  const int64_t rest = i % n;
  return rest < 0 ? rest + n : rest;
}

// An index within [0, size); what the decomposition's FixIndex gives.
int64_t FixIndex(int64_t i, int64_t size, FillMode mode) {
  if (i >= 0 && i < size) return i;
  switch (mode) {
    case FillMode::kWrap:
      return Modulo(i, size);
    case FillMode::kMirror: {
      const int64_t last = size - 1;
      return last == 0 ? 0 : std::abs(Modulo(i + last, 2 * last) - last);
    }
    case FillMode::kReflect: {
      const int64_t turn = Modulo(i, 2 * size);
      return std::min(turn, 2 * size - 1 - turn);
    }
    default:
      return std::clamp<int64_t>(i, 0, size - 1);
  }
}

// The whole number in v, which may be any.
int64_t ToIndex(float v) {
  constexpr float kFarthest = 0x1p30f;
  return static_cast<int64_t>(std::isnan(v) ? 0 : std::clamp(v, -kFarthest, kFarthest));
}

// Images (batch, rows, columns, channels) and coordinates (batch, places, 2).
struct Geometry {
  int64_t rows, columns, channels, places;
  FillMode mode;

  // Element 0 of the pixel at row r and column c; nullptr where there is none.
  template <typename T>
  const T* Pixel(const T* image, int64_t r, int64_t c) const {
    if (mode == FillMode::kConstant && (r < 0 || r >= rows || c < 0 || c >= columns)) {
      return nullptr;
    }
    return image + (FixIndex(r, rows, mode) * columns + FixIndex(c, columns, mode)) * channels;
  }
};

template <typename T>
void SampleNearest(const Geometry& g, const T* image, const float* at, T fill, T* out) {
  const T* const pixel = g.Pixel(image, ToIndex(std::round(at[0])), ToIndex(std::round(at[1])));
  for (int64_t c = 0; c < g.channels; ++c) out[c] = pixel == nullptr ? fill : pixel[c];
}

void SampleLinear(const Geometry& g, const float* image, const float* at, float fill, float* out) {
  const float low_row = std::floor(at[0]), low_column = std::floor(at[1]);
  const float down = at[0] - low_row, right = at[1] - low_column;
  const int64_t r = ToIndex(low_row), c = ToIndex(low_column);
  const float* const pixels[] = {g.Pixel(image, r, c), g.Pixel(image, r + 1, c),
                                 g.Pixel(image, r, c + 1), g.Pixel(image, r + 1, c + 1)};
  const float weights[] = {(1 - down) * (1 - right), down * (1 - right), (1 - down) * right,
                           down * right};
  for (int64_t channel = 0; channel < g.channels; ++channel) {
    float sum = 0;
    for (int i = 0; i < 4; ++i) {
      sum += weights[i] * (pixels[i] == nullptr ? fill : pixels[i][channel]);
    }
    out[channel] = sum;
  }
}

template <typename T, typename F>
std::unique_ptr<Kernel> SampleEach(const Geometry& g, int64_t batch, int num_threads, F sample) {
  return MakeKernel([=](const KernelArgs& args) {
    const T* const images = args.operand<T>(0);
    const float* const at = args.operand<float>(1);
    T* const out = args.result<T>(0);
    const int64_t image_size = g.rows * g.columns * g.channels;
    ParallelFor(num_threads, batch * g.places, kPlacesPerThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        sample(images + i / g.places * image_size, at + 2 * i, out + i * g.channels);
      }
    });
  });
}

// For images, two spatial axes, coordinates in float32: nearest pixels of any dtype, float32
// between them.
std::unique_ptr<Kernel> MakeMapCoordinates(const KernelRequest& request) {
  const ir::Type& x = request.operands[0];
  const ir::Type& at = request.operands[1];
  const auto& attrs = request.attrs.As<ops::MapCoordinatesAttrs>();
  if (x.rank() != 4 || at.dtype != DType::kF32) return nullptr;
  const int64_t batch = x.shape[0];
  const Geometry g{x.shape[1], x.shape[2], x.shape[3], at.num_elements() / (2 * batch),
                   ModeOf(attrs.fill_mode)};
  if (attrs.order == 1) {
    if (x.dtype != DType::kF32) return nullptr;
    return SampleEach<float>(g, batch, request.num_threads,
                             [g, fill = static_cast<float>(attrs.fill_value)](
                                 const float* image, const float* place, float* out) {
                               SampleLinear(g, image, place, fill, out);
                             });
  }
  const Tensor fill = Tensor::Scalar(attrs.fill_value).Cast(x.dtype);
  return DispatchDType(x.dtype, [&]<typename T>() -> std::unique_ptr<Kernel> {
    return SampleEach<T>(g, batch, request.num_threads,
                         [g, value = *reinterpret_cast<const T*>(fill.bytes())](
                             const T* image, const float* place, T* out) {
                           SampleNearest(g, image, place, value, out);
                         });
  });
}

}  // namespace

void RegisterMapCoordinatesCpu(KernelRegistry& registry) {
  registry.Add(ops::kMapCoordinates, MakeMapCoordinates);
}

}  // namespace tricorn::backend::cpu
