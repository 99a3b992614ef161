#include "core/data/formats/image_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/json_fields.h"

namespace tricorn {
namespace {

// A PNG of a red and a blue pixel side by side.
std::string RedAndBlue() {
  constexpr unsigned char kBytes[] = {
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
      0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00,
      0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x44, 0x41, 0x54, 0x78,
      0x9c, 0x63, 0xf8, 0xcf, 0x00, 0x04, 0xff, 0x01, 0x07, 0x00, 0x01, 0xff, 0xe2, 0x23,
      0x9e, 0x59, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  return {reinterpret_cast<const char*>(kBytes), sizeof(kBytes)};
}

class ImageFolder : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::string name : {"cat/b.png", "cat/a.PNG", "dog/c.png"}) {
      std::filesystem::create_directories(std::filesystem::path(root_ + "/" + name).parent_path());
      ASSERT_TRUE(Env::Posix().WriteFileAtomically(root_ + "/" + name, RedAndBlue()).ok());
    }
    ASSERT_TRUE(Env::Posix().WriteFileAtomically(root_ + "/dog/notes.txt", "none").ok());
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  absl::StatusOr<Dataset> Read(const std::string& options) {
    ASSIGN_OR_RETURN(DatasetSpec spec, ListImageFolder(Env::Posix(), root_));
    spec.options = *Json::Parse(options);
    return ReadDataset(Env::Posix(), spec);
  }

  const std::string root_ = testing::TempDir() + "/image_folder_" +
                            testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(ImageFolder, ResizesAndLabelsByFolder) {
  const auto dataset = Read(R"({"image_size": [1, 4]})");
  ASSERT_TRUE(dataset.ok()) << dataset.status();
  ASSERT_EQ(dataset->num_rows(), 3);
  float image[12];
  int32_t labels[3];
  const std::vector<int64_t> last = {2}, all = {0, 1, 2};
  ASSERT_TRUE(dataset->columns()[0].rows->ReadRows(last, reinterpret_cast<std::byte*>(image)).ok());
  ASSERT_TRUE(dataset->columns()[1].rows->ReadRows(all, reinterpret_cast<std::byte*>(labels)).ok());
  EXPECT_EQ(std::vector<int32_t>(labels, labels + 3), (std::vector<int32_t>{0, 0, 1}));
  const float red[] = {255, 191.25, 63.75, 0};
  for (int i = 0; i < 4; ++i) {
    EXPECT_FLOAT_EQ(image[3 * i], red[i]);
    EXPECT_FLOAT_EQ(image[3 * i + 2], 255 - red[i]);
  }
}

TEST_F(ImageFolder, TakesOtherFormsOfLabels) {
  const auto row = [&](const std::string& mode) {
    return Read(R"({"image_size": [1, 1], "label_mode": )" + mode + "}");
  };
  EXPECT_EQ(row("\"categorical\"")->columns()[1].rows->row_shape(), (Shape{2}));
  EXPECT_EQ(row("\"binary\"")->columns()[1].rows->row_shape(), (Shape{1}));
  EXPECT_EQ(row("null")->columns().size(), 1u);
}

TEST_F(ImageFolder, ErrorsNameWhatIsWrong) {
  const auto error = [&](const std::string& options) {
    return std::string(Read(options).status().message());
  };
  EXPECT_NE(error(R"({"class_names": ["dog"]})").find("cat/a.PNG: expected a folder among"),
            std::string::npos);
  EXPECT_NE(error(R"({"image_size": [3]})").find("image_size"), std::string::npos);
  EXPECT_NE(error(R"({"color_mode": "cmyk"})").find("color_mode"), std::string::npos);
  ASSERT_TRUE(Env::Posix().WriteFileAtomically(root_ + "/dog/c.png", "no image").ok());
  EXPECT_NE(error("{}").find("dog/c.png: image: expected a PNG or JPEG"), std::string::npos);
  EXPECT_EQ(ListImageFolder(Env::Posix(), root_ + "/dog").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace tricorn
