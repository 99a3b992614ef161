#include <csetjmp>
#include <cstdio>
// libjpeg wants FILE and size_t declared before.
#include <jpeglib.h>

#include "core/base/status.h"
#include "core/io/image/image_file.h"

namespace tricorn {
namespace {

// libjpeg leaves by longjmp: Decode below keeps nothing on its stack that has a destructor.
struct ErrorManager {
  jpeg_error_mgr base;
  std::jmp_buf jump;
  char message[JMSG_LENGTH_MAX];
};

void LeaveWithMessage(j_common_ptr info) {
  auto* const manager = reinterpret_cast<ErrorManager*>(info->err);
  (*info->err->format_message)(info, manager->message);
  std::longjmp(manager->jump, 1);
}
// Warnings tell of damaged data, which would decode to something else.
void LeaveOnWarning(j_common_ptr info, int level) {
  if (level < 0) LeaveWithMessage(info);
}

// A decompression with its resources; a value of `tensor` once the header is read.
struct Decoder {
  jpeg_decompress_struct info = {};
  ErrorManager errors = {};
  Tensor tensor;
  absl::Status status;
  bool created = false;

  ~Decoder() {
    if (created) jpeg_destroy_decompress(&info);
  }
};

J_COLOR_SPACE ColorSpaceOf(ImageChannels channels) {
  switch (channels) {
    case ImageChannels::kGray:
      return JCS_GRAYSCALE;
    case ImageChannels::kRgb:
      return JCS_RGB;
    case ImageChannels::kRgba:
      return JCS_EXT_RGBA;
  }
  return JCS_RGB;
}

// False with a message in `decoder.errors` if libjpeg left, or with `decoder.status`.
bool Decode(Decoder& decoder, const unsigned char* bytes, size_t nbytes, ImageChannels channels) {
  jpeg_decompress_struct& info = decoder.info;
  info.err = jpeg_std_error(&decoder.errors.base);
  decoder.errors.base.error_exit = LeaveWithMessage;
  decoder.errors.base.emit_message = LeaveOnWarning;
  if (setjmp(decoder.errors.jump) != 0) return false;
  jpeg_create_decompress(&info);
  decoder.created = true;
  info.mem->max_memory_to_use = long{1} << 31;
  jpeg_mem_src(&info, bytes, nbytes);
  jpeg_read_header(&info, TRUE);
  decoder.status = CheckImageSize(info.image_height, info.image_width, nbytes);
  if (!decoder.status.ok()) return false;
  info.out_color_space = ColorSpaceOf(channels);
  jpeg_start_decompress(&info);
  const auto row_size = static_cast<int64_t>(info.output_width) * static_cast<int64_t>(channels);
  decoder.tensor = Tensor::Uninitialized(
      DType::kU8, {static_cast<int64_t>(info.output_height),
                   static_cast<int64_t>(info.output_width), static_cast<int64_t>(channels)});
  while (info.output_scanline < info.output_height) {
    JSAMPROW row = decoder.tensor.data<uint8_t>() + info.output_scanline * row_size;
    jpeg_read_scanlines(&info, &row, 1);
  }
  jpeg_finish_decompress(&info);
  return true;
}

}  // namespace

bool IsJpeg(std::string_view bytes) { return bytes.substr(0, 3) == "\xff\xd8\xff"; }

absl::StatusOr<Tensor> DecodeJpeg(std::string_view bytes, ImageChannels channels) {
  Decoder decoder;
  if (Decode(decoder, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
             channels)) {
    return std::move(decoder.tensor);
  }
  if (!decoder.status.ok()) return decoder.status;
  return DataLoss("JPEG: {}", decoder.errors.message);
}

}  // namespace tricorn
