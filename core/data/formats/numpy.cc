#include "core/data/formats/numpy.h"

#include "core/base/status.h"
#include "core/io/npz.h"
#include "core/tensor/npy.h"

namespace tricorn {
namespace {

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadNpzDataset(const DatasetSpec& spec,
                                                                 OpenFile open) {
  if (spec.files.size() != 1 || !spec.files[0].role.empty() || spec.options.size() > 0) {
    return InvalidArgument("npz: expected one file without role and options, received {} files",
                           spec.files.size());
  }
  const DatasetFile& file = spec.files[0];
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> opened, open(file));
  absl::StatusOr<NpzReader> npz = NpzReader::Open(std::move(opened));
  RETURN_IF_ERROR(WithSubject(npz.status(), file.path));
  std::vector<Dataset::NamedTensor> tensors;
  for (const std::string& name : npz->names()) {
    RETURN_IF_ERROR(WithSubject(RoleOf(name).status(), file.path + ": array"));
    absl::StatusOr<Tensor> tensor = npz->Read(name);
    RETURN_IF_ERROR(WithSubject(tensor.status(), file.path));
    tensors.push_back({name, *std::move(tensor)});
  }
  return tensors;
}

absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadNpyDataset(const DatasetSpec& spec,
                                                                 OpenFile open) {
  return ReadFilePerRole(spec, open, [](const RandomAccessFile& file) {
    uint64_t offset = 0;
    return ReadNpy(file.size(), [&](char* out, size_t nbytes) {
      const absl::Status status = file.ReadAt(offset, nbytes, out);
      offset += nbytes;
      return status;
    });
  });
}

}  // namespace

constinit const DatasetFormat kNpzFormat = {.name = "npz", .read = &ReadNpzDataset};
constinit const DatasetFormat kNpyFormat = {.name = "npy", .read = &ReadNpyDataset};

}  // namespace tricorn
