#include "core/io/npz.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/status.h"
#include "core/io/memory_file.h"

namespace tricorn {
namespace {
constexpr std::string_view kSuffix = ".npy";
}  // namespace

absl::StatusOr<NpzReader> NpzReader::Open(std::unique_ptr<RandomAccessFile> file) {
  NpzReader reader;
  ASSIGN_OR_RETURN(reader.zip_, ZipReader::Open(std::move(file)));
  for (const ZipMember& member : reader.zip_->members()) {
    if (!member.name.ends_with(kSuffix)) {
      return InvalidArgument("npz: expected members NAME.npy, received {}", member.name);
    }
    reader.names_.push_back(member.name.substr(0, member.name.size() - kSuffix.size()));
  }
  return reader;
}

absl::StatusOr<NpzReader> NpzReader::OpenBytes(std::string bytes) {
  return Open(std::make_unique<MemoryFile>(std::move(bytes)));
}

absl::StatusOr<Tensor> NpzReader::Read(std::string_view name) {
  if (std::find(names_.begin(), names_.end(), name) == names_.end()) {
    return NotFound("npz: expected one of ({}), received {}", fmt::join(names_, ", "), name);
  }
  absl::StatusOr<Tensor> tensor = Internal("npz: {} was not read", name);
  RETURN_IF_ERROR(
      zip_->Stream(std::string(name).append(kSuffix), [&](uint64_t nbytes, ReadBytes read) {
        tensor = ReadNpy(nbytes, read);
        return tensor.status();
      }));
  return tensor;
}

absl::StatusOr<std::string> WriteNpz(const std::map<std::string, Tensor>& arrays) {
  std::vector<std::string> names, files;
  for (const auto& [name, tensor] : arrays) {
    absl::StatusOr<std::string> file = WriteNpy(tensor);
    RETURN_IF_ERROR(WithSubject(file.status(), name));
    names.push_back(std::string(name).append(kSuffix));
    files.push_back(*std::move(file));
  }
  std::vector<ZipEntry> entries;
  for (size_t i = 0; i < names.size(); ++i) entries.push_back({names[i], files[i]});
  return WriteZip(entries);
}

}  // namespace tricorn
