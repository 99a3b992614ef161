#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/fields.h"
#include "core/data/formats/dataset_spec.h"

namespace tricorn {

struct ImageFolderOptions {
  std::vector<std::string> class_names = {};     // none: the folders of the files, sorted
  std::string color_mode = "rgb";                // or "grayscale", "rgba"
  std::vector<int64_t> image_size = {256, 256};  // height, width
  bool crop_to_aspect_ratio = false;  // keep the largest middle part of the right aspect ratio
  // y: "int" (rows,) int32; "categorical" (rows, classes), "binary" (rows, 1), both float32; or
  // null
  std::optional<std::string> label_mode = "int";
  FIELDS(class_names, color_mode, image_size, crop_to_aspect_ratio, label_mode)
};

// PNG and JPEG files in a folder for each class: x (rows, height, width, channels) float32 within
// [0, 255], resized bilinearly, in the order of the files; y by the folder that a file lies in.
// Without roles; options: ImageFolderOptions. Errors name the file.
// Source of conventions: Keras 3 `image_dataset_from_directory`.
extern const DatasetFormat kImageFolderFormat;

// The spec of such a dataset: the images in the folders of `directory`, both sorted by name.
// Errors: NotFound if there is none.
absl::StatusOr<DatasetSpec> ListImageFolder(Env& env, const std::string& directory);

}  // namespace tricorn
