#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "core/tensor/tensor.h"

namespace tricorn {

// How many channels a decoded image has.
enum class ImageChannels : uint8_t { kGray = 1, kRgb = 3, kRgba = 4 };

// A PNG or JPEG file as (height, width, channels) uint8: colors of a palette are looked up, samples
// of 16 bits keep the upper 8, grays and colors turn into each other, a missing alpha is 255.
// Errors: InvalidArgument for another format; DataLoss for damaged data; ResourceExhausted beyond
// kMaxImagePixels, before anything is allocated.
absl::StatusOr<Tensor> DecodeImage(std::string_view bytes, ImageChannels channels);

inline constexpr int64_t kMaxImagePixels = int64_t{1} << 27;

// The formats by themselves.
bool IsPng(std::string_view bytes);
bool IsJpeg(std::string_view bytes);
absl::StatusOr<Tensor> DecodePng(std::string_view bytes, ImageChannels channels);
absl::StatusOr<Tensor> DecodeJpeg(std::string_view bytes, ImageChannels channels);

// Errors: ResourceExhausted or InvalidArgument for sizes that no image may have.
absl::Status CheckImageSize(int64_t height, int64_t width);
// The same for what a file of `nbytes` says: DataLoss for more pixels than it can hold.
absl::Status CheckImageSize(int64_t height, int64_t width, size_t nbytes);

}  // namespace tricorn
