#include "core/io/keras_archive.h"

#include <deque>
#include <vector>

#include "core/base/status.h"
#include "core/io/memory_file.h"
#include "core/io/zip/zip.h"

namespace tricorn {
namespace {

constexpr std::string_view kMetadata = "metadata.json";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kWeights = "model.weights.h5";
constexpr std::string_view kPickledWeights = "model.weights.npz";
constexpr std::string_view kAssets = "assets/";

absl::StatusOr<Json> ReadJson(ZipReader& zip, std::string_view name) {
  ASSIGN_OR_RETURN(const std::string text, zip.Read(name));
  absl::StatusOr<Json> json = Json::Parse(text);
  RETURN_IF_ERROR(WithSubject(json.status(), name));
  return json;
}

absl::StatusOr<KerasArchive> ReadFrom(std::unique_ptr<RandomAccessFile> file) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ZipReader> zip, ZipReader::Open(std::move(file)));
  KerasArchive archive;
  if (zip->Has(kMetadata)) {
    ASSIGN_OR_RETURN(archive.metadata, ReadJson(*zip, kMetadata));
  }
  for (const std::string_view required : {kConfig, kWeights}) {
    if (zip->Has(required)) continue;
    if (required == kWeights && zip->Has(kPickledWeights)) {
      return Unimplemented("expected {}, received {}, which is pickled Python", kWeights,
                           kPickledWeights);
    }
    return InvalidArgument("expected member {}, received an archive of {} others", required,
                           zip->members().size());
  }
  ASSIGN_OR_RETURN(archive.config, ReadJson(*zip, kConfig));
  {
    ASSIGN_OR_RETURN(const std::string weights, zip->Read(kWeights));
    absl::StatusOr<Hdf5Group> tree = ReadHdf5(weights);
    RETURN_IF_ERROR(WithSubject(tree.status(), kWeights));
    archive.weights = *std::move(tree);
  }
  for (const ZipMember& member : zip->members()) {
    if (!member.name.starts_with(kAssets) || member.name.ends_with('/')) continue;
    ASSIGN_OR_RETURN(archive.assets[member.name.substr(kAssets.size())], zip->Read(member.name));
  }
  return archive;
}

}  // namespace

Json KerasMetadata(absl::Time date_saved) {
  return Json::MakeObject(
      {{"keras_version", "3.16.0"},
       {"date_saved", absl::FormatTime("%Y-%m-%d@%H:%M:%S", date_saved, absl::UTCTimeZone())}});
}

absl::StatusOr<KerasArchive> ParseKerasArchive(std::string_view bytes) {
  return ReadFrom(MemoryFile::Borrow(bytes));
}

absl::StatusOr<KerasArchive> ReadKerasArchive(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<RandomAccessFile> file, env.NewRandomAccessFile(path));
  absl::StatusOr<KerasArchive> archive = ReadFrom(std::move(file));
  RETURN_IF_ERROR(WithSubject(archive.status(), path));
  return archive;
}

absl::StatusOr<std::string> SerializeKerasArchive(const KerasArchive& archive) {
  const std::string metadata = archive.metadata.Dump();
  const std::string config = archive.config.Dump();
  ASSIGN_OR_RETURN(const std::string weights, WriteHdf5(archive.weights));
  std::vector<ZipEntry> entries;
  if (!archive.metadata.is_null()) entries.push_back({kMetadata, metadata});
  entries.push_back({kConfig, config});
  entries.push_back({kWeights, weights});
  std::deque<std::string> names;  // entries refer to them
  for (const auto& [name, bytes] : archive.assets) {
    entries.push_back({names.emplace_back(std::string(kAssets).append(name)), bytes});
  }
  return WriteZip(entries);
}

absl::Status WriteKerasArchive(Env& env, const std::string& path, const KerasArchive& archive) {
  ASSIGN_OR_RETURN(const std::string bytes, SerializeKerasArchive(archive));
  return env.WriteFileAtomically(path, bytes);
}

absl::StatusOr<Hdf5Group> ReadKerasWeights(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string bytes, env.ReadFile(path));
  absl::StatusOr<Hdf5Group> weights = ReadHdf5(bytes);
  RETURN_IF_ERROR(WithSubject(weights.status(), path));
  return weights;
}

absl::Status WriteKerasWeights(Env& env, const std::string& path, const Hdf5Group& weights) {
  ASSIGN_OR_RETURN(const std::string bytes, WriteHdf5(weights));
  return env.WriteFileAtomically(path, bytes);
}

}  // namespace tricorn
