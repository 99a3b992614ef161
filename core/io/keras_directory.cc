#include "core/io/keras_directory.h"

#include "core/base/status.h"

namespace tricorn {
namespace {

constexpr std::string_view kMetadata = "metadata.json";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kWeights = "model.weights.h5";
constexpr std::string_view kAssets = "assets";
constexpr int kMaxAssetDepth = 32;

absl::StatusOr<Json> ReadJson(Env& env, const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(path));
  absl::StatusOr<Json> json = Json::Parse(text);
  RETURN_IF_ERROR(WithSubject(json.status(), path));
  return json;
}

// Adds the files below `folder`, by their paths from `root` on.
absl::Status AddAssets(Env& env, const std::string& root, const std::string& folder, int depth,
                       std::map<std::string, std::string>& assets) {
  if (depth > kMaxAssetDepth) {
    return InvalidArgument("{}: expected at most {} folders within each other", folder,
                           kMaxAssetDepth);
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, env.List(folder));
  for (const std::string& name : names) {
    const std::string path = JoinPath(folder, name);
    if (env.List(path).ok()) {
      RETURN_IF_ERROR(AddAssets(env, root, path, depth + 1, assets));
    } else {
      ASSIGN_OR_RETURN(assets[path.substr(root.size() + 1)], env.ReadFile(path));
    }
  }
  return absl::OkStatus();
}

absl::Status WriteFile(Env& env, const std::string& path, const std::string& bytes) {
  RETURN_IF_ERROR(env.MakeDirectories(std::string(DirectoryOf(path))));
  return env.WriteFileAtomically(path, bytes);
}

absl::Status WriteMembers(Env& env, const std::string& path, const KerasArchive& archive) {
  if (!archive.metadata.is_null()) {
    RETURN_IF_ERROR(WriteFile(env, JoinPath(path, kMetadata), archive.metadata.Dump()));
  }
  RETURN_IF_ERROR(WriteFile(env, JoinPath(path, kConfig), archive.config.Dump()));
  ASSIGN_OR_RETURN(const std::string weights, WriteHdf5(archive.weights));
  RETURN_IF_ERROR(WriteFile(env, JoinPath(path, kWeights), weights));
  for (const auto& [name, bytes] : archive.assets) {
    RETURN_IF_ERROR(WriteFile(env, JoinPath(JoinPath(path, kAssets), name), bytes));
  }
  return absl::OkStatus();
}

}  // namespace

bool IsKerasDirectory(Env& env, const std::string& path) {
  return env.Exists(JoinPath(path, kConfig));
}

absl::StatusOr<KerasArchive> ReadKerasDirectory(Env& env, const std::string& path) {
  KerasArchive archive;
  const std::string metadata = JoinPath(path, kMetadata), assets = JoinPath(path, kAssets);
  if (env.Exists(metadata)) {
    ASSIGN_OR_RETURN(archive.metadata, ReadJson(env, metadata));
  }
  ASSIGN_OR_RETURN(archive.config, ReadJson(env, JoinPath(path, kConfig)));
  ASSIGN_OR_RETURN(archive.weights, ReadKerasWeights(env, JoinPath(path, kWeights)));
  if (env.Exists(assets)) {
    RETURN_IF_ERROR(AddAssets(env, assets, assets, 0, archive.assets));
  }
  return archive;
}

absl::Status WriteKerasDirectory(Env& env, const std::string& path, const KerasArchive& archive) {
  if (env.Exists(path)) return AlreadyExists("{}: expected a path without a file", path);
  const std::string unfinished = path + ".unfinished";
  RETURN_IF_ERROR(env.RemoveRecursively(unfinished));
  absl::Status written = WriteMembers(env, unfinished, archive);
  if (written.ok()) written = env.Rename(unfinished, path);
  if (!written.ok()) env.RemoveRecursively(unfinished).IgnoreError();
  return written;
}

}  // namespace tricorn
