#include "core/io/image/image_file.h"

#include "core/base/status.h"

namespace tricorn {

absl::Status CheckImageSize(int64_t height, int64_t width) {
  if (height < 1 || width < 1) {
    return InvalidArgument("image: expected a height and width of at least 1, received {} and {}",
                           height, width);
  }
  if (height > kMaxImagePixels || width > kMaxImagePixels / height) {
    return ResourceExhausted("image: expected at most {} pixels, received {} x {}", kMaxImagePixels,
                             height, width);
  }
  return absl::OkStatus();
}

absl::Status CheckImageSize(int64_t height, int64_t width, size_t nbytes) {
  RETURN_IF_ERROR(CheckImageSize(height, width));
  // PNG's deflate makes at most 1032 bytes of one, of 8 pixels each; JPEG takes more.
  constexpr int64_t kMaxPixelsPerByte = int64_t{1032} * 8;
  if (height * width / kMaxPixelsPerByte <= static_cast<int64_t>(nbytes)) return absl::OkStatus();
  return DataLoss("image: expected {} x {} pixels, received {} bytes", height, width, nbytes);
}

absl::StatusOr<Tensor> DecodeImage(std::string_view bytes, ImageChannels channels) {
  if (IsPng(bytes)) return DecodePng(bytes, channels);
  if (IsJpeg(bytes)) return DecodeJpeg(bytes, channels);
  return InvalidArgument("image: expected a PNG or JPEG file, received {} bytes of another kind",
                         bytes.size());
}

}  // namespace tricorn
