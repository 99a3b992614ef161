#include "core/data/formats/manifest.h"

#include <algorithm>

#include "core/base/json_fields.h"
#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn {
namespace {

absl::StatusOr<ManifestFile> Describe(const DatasetFile& file, const RandomAccessFile& opened) {
  constexpr uint64_t kPiece = 1 << 20;
  Sha256 sha256;
  std::string piece;
  for (uint64_t offset = 0; offset < opened.size(); offset += piece.size()) {
    piece.resize(std::min(kPiece, opened.size() - offset));
    RETURN_IF_ERROR(opened.ReadAt(offset, piece.size(), piece.data()));
    sha256.Update(piece);
  }
  return ManifestFile{file.path, file.role, static_cast<int64_t>(opened.size()),
                      sha256.HexDigest()};
}

std::vector<ManifestColumn> DescribeColumns(const Dataset& dataset) {
  std::vector<ManifestColumn> columns;
  for (const Column& column : dataset.columns()) {
    columns.push_back({column.name, column.rows->dtype(), column.rows->row_shape()});
  }
  return columns;
}

}  // namespace

DatasetSpec DatasetManifest::spec() const {
  DatasetSpec spec{.format = format, .files = {}, .options = options};
  for (const ManifestFile& file : files) spec.files.push_back({file.path, file.role});
  return spec;
}

absl::StatusOr<DatasetManifest> MakeManifest(Env& env, const DatasetSpec& spec) {
  ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(env, spec));
  DatasetManifest manifest{.format = spec.format, .options = spec.options};
  for (const DatasetFile& file : spec.files) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened,
                     env.NewRandomAccessFile(file.path));
    ASSIGN_OR_RETURN(manifest.files.emplace_back(), Describe(file, *opened));
  }
  manifest.num_rows = dataset.num_rows();
  manifest.columns = DescribeColumns(dataset);
  return manifest;
}

absl::StatusOr<Dataset> ReadDataset(const DatasetManifest& manifest, OpenFile open) {
  const DatasetSpec spec = manifest.spec();
  for (size_t i = 0; i < spec.files.size(); ++i) {
    ASSIGN_OR_RETURN(const std::unique_ptr<RandomAccessFile> opened, open(spec.files[i]));
    ASSIGN_OR_RETURN(const ManifestFile found, Describe(spec.files[i], *opened));
    const ManifestFile& expected = manifest.files[i];
    if (found == expected) continue;
    return DataLoss("{}: expected {} bytes with SHA-256 {}, received {} bytes with {}",
                    expected.path, expected.size, expected.sha256, found.size, found.sha256);
  }
  ASSIGN_OR_RETURN(Dataset dataset, ReadDataset(spec, open));
  const std::vector<ManifestColumn> columns = DescribeColumns(dataset);
  if (dataset.num_rows() == manifest.num_rows && columns == manifest.columns) return dataset;
  return DataLoss("dataset: expected {} rows of {}, received {} rows of {}", manifest.num_rows,
                  ToJson(manifest.columns).Dump(), dataset.num_rows(), ToJson(columns).Dump());
}

}  // namespace tricorn
