#include "core/data/formats/image_folder.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/io/image/image_file.h"
#include "core/tensor/bounds.h"

namespace tricorn {
namespace {

struct Options : ImageFolderOptions {
  ImageChannels channels = ImageChannels::kRgb;
};

absl::StatusOr<Options> ParseOptions(const DatasetSpec& spec) {
  Options options;
  ImageFolderOptions& given = options;
  if (!spec.options.is_null()) {
    RETURN_IF_ERROR(WithSubject(FromJson(spec.options, &given), "options"));
  }
  if (given.image_size.size() != 2) {
    return InvalidArgument("image_size: expected height and width, received {} numbers",
                           given.image_size.size());
  }
  RETURN_IF_ERROR(
      WithSubject(CheckImageSize(given.image_size[0], given.image_size[1]), "image_size"));
  if (given.color_mode == "grayscale") {
    options.channels = ImageChannels::kGray;
  } else if (given.color_mode == "rgba") {
    options.channels = ImageChannels::kRgba;
  } else if (given.color_mode != "rgb") {
    return InvalidArgument("color_mode: expected 'rgb', 'rgba' or 'grayscale', received '{}'",
                           given.color_mode);
  }
  for (const std::string_view mode : {"int", "categorical", "binary"}) {
    if (!given.label_mode || *given.label_mode == mode) return options;
  }
  return InvalidArgument(
      "label_mode: expected 'int', 'categorical', 'binary' or null, received "
      "'{}'",
      *given.label_mode);
}

std::string ClassOf(const DatasetFile& file) {
  return std::string(BaseName(DirectoryOf(file.path)));
}

// Between which two of `length` samples each of `count` lies, from `first` on.
struct Neighbours {
  int64_t low, high;
  float share;  // of the upper one
};
std::vector<Neighbours> NeighboursOf(int64_t first, int64_t length, int64_t count) {
  std::vector<Neighbours> all;
  const double scale = static_cast<double>(length) / static_cast<double>(count);
  for (int64_t i = 0; i < count; ++i) {
    const double at = (static_cast<double>(i) + 0.5) * scale - 0.5;
    const double low = std::floor(at);
    const auto index = [&](double v) {
      return first + std::clamp<int64_t>(static_cast<int64_t>(v), 0, length - 1);
    };
    all.push_back({index(low), index(low + 1), static_cast<float>(at - low)});
  }
  return all;
}

// The largest part of `length` whose ratio to `other` is target : other_target, in the middle.
struct Part {
  int64_t start, length;
};
Part MiddlePart(int64_t length, int64_t other, int64_t target, int64_t other_target) {
  const auto wanted = static_cast<int64_t>(
      static_cast<double>(other) * static_cast<double>(target) / static_cast<double>(other_target));
  const int64_t kept = std::max<int64_t>(std::min(length, wanted), 1);
  return {(length - kept) / 2, kept};
}

void ResizeInto(const Tensor& image, const Options& options, float* out) {
  const int64_t rows = image.shape()[0], columns = image.shape()[1], channels = image.shape()[2];
  const int64_t height = options.image_size[0], width = options.image_size[1];
  Part y{0, rows}, x{0, columns};
  if (options.crop_to_aspect_ratio) {
    y = MiddlePart(rows, columns, height, width);
    x = MiddlePart(columns, rows, width, height);
  }
  const auto across = NeighboursOf(x.start, x.length, width);
  const uint8_t* const pixels = image.data<uint8_t>();
  for (const Neighbours& down : NeighboursOf(y.start, y.length, height)) {
    const uint8_t* const above = pixels + down.low * columns * channels;
    const uint8_t* const below = pixels + down.high * columns * channels;
    for (const Neighbours& side : across) {
      for (int64_t c = 0; c < channels; ++c) {
        const auto between = [&](const uint8_t* row) {
          const float low = row[side.low * channels + c], high = row[side.high * channels + c];
          return low + (high - low) * side.share;
        };
        const float top = between(above);
        *out++ = top + (between(below) - top) * down.share;
      }
    }
  }
}

absl::StatusOr<Tensor> ReadImages(const DatasetSpec& spec, OpenFile open, const Options& options) {
  const Shape shape{static_cast<int64_t>(spec.files.size()), options.image_size[0],
                    options.image_size[1], static_cast<int64_t>(options.channels)};
  RETURN_IF_ERROR(CheckedNumBytes(DType::kF32, shape).status());
  Tensor images = Tensor::Uninitialized(DType::kF32, shape);
  float* out = images.data<float>();
  for (const DatasetFile& file : spec.files) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened, open(file));
    const absl::StatusOr<std::string> bytes = ReadAll(*opened);
    RETURN_IF_ERROR(WithSubject(bytes.status(), file.path));
    const absl::StatusOr<Tensor> image = DecodeImage(*bytes, options.channels);
    RETURN_IF_ERROR(WithSubject(image.status(), file.path));
    ResizeInto(*image, options, out);
    out += shape[1] * shape[2] * shape[3];
  }
  return images;
}

absl::StatusOr<Tensor> ReadLabels(const DatasetSpec& spec, const Options& options) {
  std::vector<std::string> classes = options.class_names;
  if (classes.empty()) {
    for (const DatasetFile& file : spec.files) classes.push_back(ClassOf(file));
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
  }
  const auto rows = static_cast<int64_t>(spec.files.size());
  const auto num_classes = static_cast<int64_t>(classes.size());
  if (options.label_mode == "binary" && num_classes != 2) {
    return InvalidArgument("label_mode: expected 2 classes for 'binary', received {}", num_classes);
  }
  std::vector<int32_t> labels;
  for (const DatasetFile& file : spec.files) {
    const auto found = std::find(classes.begin(), classes.end(), ClassOf(file));
    if (found == classes.end()) {
      return InvalidArgument("{}: expected a folder among class_names, received \"{}\"", file.path,
                             ClassOf(file));
    }
    labels.push_back(static_cast<int32_t>(found - classes.begin()));
  }
  if (options.label_mode == "int") return Tensor::From<int32_t>({rows}, labels);
  if (options.label_mode == "binary") {
    return Tensor::From<int32_t>({rows, 1}, labels).Cast(DType::kF32);
  }
  RETURN_IF_ERROR(CheckedNumBytes(DType::kF32, {rows, num_classes}).status());
  Tensor one_hot(DType::kF32, {rows, num_classes});
  for (int64_t i = 0; i < rows; ++i) {
    one_hot.data<float>()[i * num_classes + labels[static_cast<size_t>(i)]] = 1;
  }
  return one_hot;
}

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadImageFolder(const DatasetSpec& spec,
                                                                  OpenFile open) {
  ASSIGN_OR_RETURN(const Options options, ParseOptions(spec));
  for (const DatasetFile& file : spec.files) {
    if (file.role.empty()) continue;
    return InvalidArgument("{}: expected no role of an image, received {}", file.path, file.role);
  }
  std::vector<Dataset::NamedTensor> tensors;
  if (options.label_mode) {
    ASSIGN_OR_RETURN(Tensor labels, ReadLabels(spec, options));
    tensors.push_back({"y", std::move(labels)});
  }
  ASSIGN_OR_RETURN(Tensor images, ReadImages(spec, open, options));
  tensors.push_back({"x", std::move(images)});
  return tensors;
}

bool IsImageName(std::string_view name) {
  const std::string lower = absl::AsciiStrToLower({name.data(), name.size()});
  return lower.ends_with(".png") || lower.ends_with(".jpg") || lower.ends_with(".jpeg");
}

}  // namespace

constinit const DatasetFormat kImageFolderFormat = {.name = "image_folder",
                                                    .read = &ReadImageFolder};

absl::StatusOr<DatasetSpec> ListImageFolder(Env& env, const std::string& directory) {
  DatasetSpec spec{.format = std::string(kImageFolderFormat.name), .files = {}};
  ASSIGN_OR_RETURN(const std::vector<std::string> classes, env.List(directory));
  for (const std::string& name : classes) {
    const std::string folder = JoinPath(directory, name);
    const absl::StatusOr<std::vector<std::string>> files = env.List(folder);
    if (!files.ok()) continue;  // no folder
    for (const std::string& file : *files) {
      if (IsImageName(file)) spec.files.push_back({.path = JoinPath(folder, file)});
    }
  }
  if (spec.files.empty()) return NotFound("{}: no images in folders", directory);
  return spec;
}

}  // namespace tricorn
