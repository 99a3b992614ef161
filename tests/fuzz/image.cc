// PNG and JPEG files. The first byte picks the channels.

#include "core/io/image/image_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tricorn;
  if (size == 0) return 0;
  constexpr ImageChannels kChannels[] = {ImageChannels::kGray, ImageChannels::kRgb,
                                         ImageChannels::kRgba};
  (void)DecodeImage({reinterpret_cast<const char*>(data) + 1, size - 1}, kChannels[data[0] % 3]);
  return 0;
}
