#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/env.h"
#include "core/base/fields.h"
#include "core/data/formats/dataset_spec.h"
#include "core/tensor/dtype.h"
#include "core/tensor/shape.h"

namespace tricorn {

struct ManifestFile {
  std::string path;
  std::string role;
  int64_t size = 0;    // bytes
  std::string sha256;  // 64 hex digits
  FIELDS(path, role, size, sha256)
};

struct ManifestColumn {
  std::string name;
  DType dtype = DType::kF32;
  Shape row_shape;
  FIELDS(name, dtype, row_shape)
};

// A dataset by content: how it is stored, in which bytes, and what is in them. Two workers that
// hold one manifest train on the same rows in the same order.
struct DatasetManifest {
  std::string format;
  Json options = {};
  std::vector<ManifestFile> files = {};
  int64_t num_rows = 0;
  std::vector<ManifestColumn> columns = {};
  FIELDS(format, options, files, num_rows, columns)

  DatasetSpec spec() const;
};

// Reads the dataset to describe it. Errors: those of ReadDataset.
absl::StatusOr<DatasetManifest> MakeManifest(Env& env, const DatasetSpec& spec);

// Reads the dataset from where `open` finds its files. Errors: DataLoss if a file differs from its
// size or hash, or the dataset from the rows and columns written down; those of ReadDataset.
absl::StatusOr<Dataset> ReadDataset(const DatasetManifest& manifest, OpenFile open);

}  // namespace tricorn
