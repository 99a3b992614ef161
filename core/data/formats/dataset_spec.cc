#include "core/data/formats/dataset_spec.h"

#include <array>

#include "core/base/status.h"
#include "core/data/formats/csv.h"
#include "core/data/formats/idx.h"
#include "core/data/formats/image_folder.h"
#include "core/data/formats/numpy.h"
#include "core/data/formats/tfrecord.h"

namespace tricorn {
namespace {

const std::array kFormats = {kNpzFormat, kNpyFormat,      kIdxFormat,
                             kCsvFormat, kTfRecordFormat, kImageFolderFormat};

}  // namespace

absl::StatusOr<Dataset> ReadDataset(Env& env, const DatasetSpec& spec) {
  return ReadDataset(spec,
                     [&](const DatasetFile& file) { return env.NewRandomAccessFile(file.path); });
}

absl::StatusOr<Dataset> ReadDataset(const DatasetSpec& spec, OpenFile open) {
  if (!spec.options.is_null() && !spec.options.is_object()) {
    return InvalidArgument("options: expected an object, received {}", spec.options.kind());
  }
  std::string known;
  for (const DatasetFormat& format : kFormats) {
    if (format.name == spec.format) {
      ASSIGN_OR_RETURN(std::vector<Dataset::NamedTensor> tensors, format.read(spec, open));
      return Dataset::FromTensors(std::move(tensors));
    }
    known.append(known.empty() ? "" : ", ").append(format.name);
  }
  return InvalidArgument("format: expected one of {}, received \"{}\"", known, spec.format);
}

absl::StatusOr<std::string> ReadAll(const RandomAccessFile& file) {
  std::string bytes(file.size(), '\0');
  RETURN_IF_ERROR(file.ReadAt(0, bytes.size(), bytes.data()));
  return bytes;
}

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadFilePerRole(
    const DatasetSpec& spec, OpenFile open,
    absl::FunctionRef<absl::StatusOr<Tensor>(const RandomAccessFile& file)> parse) {
  if (spec.options.size() > 0) {
    return InvalidArgument("options: expected none for {}, received {}", spec.format,
                           spec.options.Dump());
  }
  std::vector<Dataset::NamedTensor> tensors;
  for (const DatasetFile& file : spec.files) {
    RETURN_IF_ERROR(WithSubject(RoleOf(file.role).status(), file.path + ": role"));
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened, open(file));
    absl::StatusOr<Tensor> tensor = parse(*opened);
    RETURN_IF_ERROR(WithSubject(tensor.status(), file.path));
    tensors.push_back({file.role, *std::move(tensor)});
  }
  return tensors;
}

}  // namespace tricorn
