#include "core/io/image/image_file.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
// libjpeg wants FILE and size_t declared before.
#include <jpeglib.h>

#include "core/base/random.h"

namespace tricorn {
namespace {

// A red and a blue pixel.
std::string SmallPng() {
  constexpr unsigned char kBytes[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
      0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00,
      0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
      0x9c, 0x63, 0xf8, 0xcf, 0x00, 0x04, 0xff, 0x01, 0x07, 0x00, 0x01, 0xff, 0xe2, 0x23,
      0x9e, 0x59, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes)};
}

// A JPEG of one gray level.
std::string FlatJpeg(unsigned width, unsigned height, unsigned char level) {
  jpeg_compress_struct info;
  jpeg_error_mgr errors;
  info.err = jpeg_std_error(&errors);
  jpeg_create_compress(&info);
  unsigned char* bytes = nullptr;
  unsigned long nbytes = 0;  // NOLINT: libjpeg's type
  jpeg_mem_dest(&info, &bytes, &nbytes);
  info.image_width = width;
  info.image_height = height;
  info.input_components = 1;
  info.in_color_space = JCS_GRAYSCALE;
  jpeg_set_defaults(&info);
  jpeg_start_compress(&info, TRUE);
  std::vector<unsigned char> row(width, level);
  JSAMPROW rows = row.data();
  while (info.next_scanline < height) jpeg_write_scanlines(&info, &rows, 1);
  jpeg_finish_compress(&info);
  jpeg_destroy_compress(&info);
  std::string result(reinterpret_cast<const char*>(bytes), nbytes);
  std::free(bytes);
  return result;
}

TEST(DecodeImage, ReadsPngAsAskedFor) {
  const auto rgb = DecodeImage(SmallPng(), ImageChannels::kRgb);
  ASSERT_TRUE(rgb.ok()) << rgb.status();
  EXPECT_EQ(*rgb, Tensor::From<uint8_t>({1, 2, 3}, std::vector<uint8_t>{255, 0, 0, 0, 0, 255}));
  const auto rgba = DecodeImage(SmallPng(), ImageChannels::kRgba);
  ASSERT_TRUE(rgba.ok()) << rgba.status();
  EXPECT_EQ(rgba->At(3), 255);
  EXPECT_EQ(DecodeImage(SmallPng(), ImageChannels::kGray)->shape(), (Shape{1, 2, 1}));
}

TEST(DecodeImage, ReadsJpeg) {
  for (const ImageChannels channels :
       {ImageChannels::kGray, ImageChannels::kRgb, ImageChannels::kRgba}) {
    const auto image = DecodeImage(FlatJpeg(5, 3, 120), channels);
    ASSERT_TRUE(image.ok()) << image.status();
    ASSERT_EQ(image->shape(), (Shape{3, 5, static_cast<int64_t>(channels)}));
    EXPECT_NEAR(image->At(7 % image->num_elements()), channels == ImageChannels::kRgba ? 255 : 120,
                2);
  }
}

TEST(DecodeImage, RefusesSizesBeforeItAllocates) {
  std::string png = SmallPng();
  png[16] = png[20] = 0x7f;  // two billion pixels each way; the header's checksum fails too
  EXPECT_FALSE(DecodeImage(png, ImageChannels::kRgb).ok());
  EXPECT_EQ(CheckImageSize(1 << 20, 1 << 20).code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(CheckImageSize(0, 4).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(CheckImageSize(5000, 5000, 100).code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(CheckImageSize(500, 500, 100).ok());
}

TEST(DecodeImage, AnyBytesGiveAValueOrAStatus) {
  PhiloxStream random(3);
  for (const std::string& good : {SmallPng(), FlatJpeg(16, 16, 9)}) {
    for (int i = 0; i < 2000; ++i) {
      std::string bytes = good;
      for (int changes = 0; changes < 2; ++changes) {
        bytes[random.Below(bytes.size())] = static_cast<char>(random.Below(256));
      }
      bytes.resize(random.Below(bytes.size()) + 1);
      (void)DecodeImage(bytes, ImageChannels::kRgb);
    }
  }
  EXPECT_EQ(DecodeImage("GIF89a", ImageChannels::kRgb).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace tricorn
