#include <png.h>

#include <cstring>

#include "core/base/status.h"
#include "core/io/image/image_file.h"

namespace tricorn {
namespace {

png_uint_32 FormatOf(ImageChannels channels) {
  switch (channels) {
    case ImageChannels::kGray:
      return PNG_FORMAT_GRAY;
    case ImageChannels::kRgb:
      return PNG_FORMAT_RGB;
    case ImageChannels::kRgba:
      return PNG_FORMAT_RGBA;
  }
  return PNG_FORMAT_RGB;
}

// libpng's simplified interface: it reports errors in `image`, without longjmp.
class PngImage {
 public:
  PngImage() {
    std::memset(&image_, 0, sizeof(image_));
    image_.version = PNG_IMAGE_VERSION;
  }
  ~PngImage() { png_image_free(&image_); }
  PngImage(const PngImage&) = delete;
  PngImage& operator=(const PngImage&) = delete;

  png_image* get() { return &image_; }
  absl::Status Error() const { return DataLoss("PNG: {}", image_.message); }

 private:
  png_image image_;
};

}  // namespace

bool IsPng(std::string_view bytes) {
  constexpr std::string_view kSignature = "\x89PNG\r\n\x1a\n";
  return bytes.substr(0, kSignature.size()) == kSignature;
}

absl::StatusOr<Tensor> DecodePng(std::string_view bytes, ImageChannels channels) {
  PngImage image;
  if (png_image_begin_read_from_memory(image.get(), bytes.data(), bytes.size()) == 0) {
    return image.Error();
  }
  const int64_t height = image.get()->height, width = image.get()->width;
  RETURN_IF_ERROR(CheckImageSize(height, width, bytes.size()));
  image.get()->format = FormatOf(channels);
  Tensor tensor =
      Tensor::Uninitialized(DType::kU8, {height, width, static_cast<int64_t>(channels)});
  const png_color black = {0, 0, 0};  // behind transparent pixels where alpha is left out
  if (png_image_finish_read(image.get(), &black, tensor.bytes(), 0, nullptr) == 0) {
    return image.Error();
  }
  return tensor;
}

}  // namespace tricorn
