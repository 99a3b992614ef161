#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/fields.h"
#include "core/base/json.h"
#include "core/data/dataset.h"

namespace tricorn {

struct DatasetFile {
  std::string path;
  std::string role = {};  // the column it holds (Column::name); empty where the format says it
  FIELDS(path, role)
};

// How a dataset is stored. As JSON: {"format": "idx", "files": [{"path", "role"}], "options":
// null}.
struct DatasetSpec {
  std::string format;  // "npz", "npy", "idx", "csv", "tfrecord" or "image_folder"
  std::vector<DatasetFile> files;
  Json options = {};  // the format's own, an object or null; see the header of the format
  FIELDS(format, files, options)
};

// Gives the bytes of a file of the spec, wherever they are.
using OpenFile =
    absl::FunctionRef<absl::StatusOr<std::unique_ptr<RandomAccessFile>>(const DatasetFile& file)>;

// Reads a dataset of any format, from files at their paths or from where `open` finds them.
// Errors name the file: NotFound, InvalidArgument, DataLoss; InvalidArgument for an unknown format.
absl::StatusOr<Dataset> ReadDataset(Env& env, const DatasetSpec& spec);
absl::StatusOr<Dataset> ReadDataset(const DatasetSpec& spec, OpenFile open);

// A format: its name in a spec and what reads it. dataset_spec.cc lists them.
struct DatasetFormat {
  std::string_view name;
  absl::StatusOr<std::vector<Dataset::NamedTensor>> (*read)(const DatasetSpec& spec, OpenFile open);
};

absl::StatusOr<std::string> ReadAll(const RandomAccessFile& file);

// For formats of one array a file: reads each by `parse` under its role.
absl::StatusOr<std::vector<Dataset::NamedTensor>> ReadFilePerRole(
    const DatasetSpec& spec, OpenFile open,
    absl::FunctionRef<absl::StatusOr<Tensor>(const RandomAccessFile& file)> parse);

}  // namespace tricorn
