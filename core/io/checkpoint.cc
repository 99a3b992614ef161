#include "core/io/checkpoint.h"

#include <algorithm>

#include "core/base/json_fields.h"
#include "core/base/sha256.h"
#include "core/base/status.h"

namespace tricorn {
namespace {

constexpr std::string_view kManifest = "manifest.json";
constexpr std::string_view kPrefix = "step-";
constexpr std::string_view kTemporary = ".tmp";

// Names sort as steps do.
std::string DirectoryName(int64_t step) { return fmt::format("{}{:019}", kPrefix, step); }

bool IsFileName(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name != kManifest &&
         name.find('/') == name.npos && name.find('\0') == name.npos;
}

// The names of checkpoints in `root`, highest step first.
absl::StatusOr<std::vector<std::string>> ListCheckpoints(Env& env, const std::string& root) {
  ASSIGN_OR_RETURN(std::vector<std::string> names, env.List(root));
  std::erase_if(names, [](std::string_view name) {
    return !name.starts_with(kPrefix) || name.ends_with(kTemporary);
  });
  std::reverse(names.begin(), names.end());
  return names;
}

absl::Status WriteSynced(Env& env, const std::string& path, std::string_view bytes) {
  ASSIGN_OR_RETURN(const std::unique_ptr<WritableFile> file, env.NewWritableFile(path));
  RETURN_IF_ERROR(file->Append(bytes));
  RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

absl::Status WriteFiles(Env& env, const std::string& directory, const CheckpointManifest& manifest,
                        const std::map<std::string, std::string>& files) {
  RETURN_IF_ERROR(env.MakeDirectories(directory));
  for (const auto& [name, bytes] : files) {
    RETURN_IF_ERROR(WriteSynced(env, JoinPath(directory, name), bytes));
  }
  RETURN_IF_ERROR(WriteSynced(env, JoinPath(directory, kManifest), ToJson(manifest).Dump(2)));
  return env.SyncDirectory(directory);
}

}  // namespace

absl::StatusOr<std::string> WriteCheckpoint(Env& env, const std::string& root,
                                            CheckpointManifest manifest,
                                            const std::map<std::string, std::string>& files) {
  if (manifest.step < 0) {
    return InvalidArgument("checkpoint: expected step 0 or higher, received {}", manifest.step);
  }
  manifest.files.clear();
  for (const auto& [name, bytes] : files) {
    if (!IsFileName(name)) {
      return InvalidArgument("checkpoint: expected a plain file name, received \"{}\"", name);
    }
    manifest.files.push_back({name, static_cast<int64_t>(bytes.size()), Sha256Hex(bytes)});
  }
  const std::string directory = JoinPath(root, DirectoryName(manifest.step));
  const std::string temporary = directory + std::string(kTemporary);
  if (env.Exists(directory)) {
    if (ReadCheckpoint(env, directory).ok()) {
      return AlreadyExists("{}: expected no checkpoint of step {}, received one", directory,
                           manifest.step);
    }
    RETURN_IF_ERROR(env.RemoveRecursively(directory));
  }
  RETURN_IF_ERROR(env.RemoveRecursively(temporary));
  absl::Status status = WriteFiles(env, temporary, manifest, files);
  if (status.ok()) status = env.Rename(temporary, directory);
  if (!status.ok()) {
    env.RemoveRecursively(temporary).IgnoreError();
    return status;
  }
  RETURN_IF_ERROR(env.SyncDirectory(root));
  return directory;
}

absl::StatusOr<Checkpoint> ReadCheckpoint(Env& env, const std::string& directory) {
  Checkpoint checkpoint;
  const std::string manifest_path = JoinPath(directory, kManifest);
  const absl::StatusOr<std::string> text = env.ReadFile(manifest_path);
  if (absl::IsNotFound(text.status())) {
    return DataLoss("{}: expected a manifest, received none", directory);
  }
  RETURN_IF_ERROR(text.status());
  const absl::StatusOr<Json> json = Json::Parse(*text);
  if (!json.ok()) return DataLoss("{}: {}", manifest_path, std::string(json.status().message()));
  const absl::Status parsed = FromJson(*json, &checkpoint.manifest);
  if (!parsed.ok()) return DataLoss("{}: {}", manifest_path, std::string(parsed.message()));
  for (const CheckpointFile& file : checkpoint.manifest.files) {
    const std::string path = JoinPath(directory, file.name);
    if (!IsFileName(file.name)) {
      return DataLoss("{}: expected plain file names, received \"{}\"", manifest_path, file.name);
    }
    absl::StatusOr<std::string> bytes = env.ReadFile(path);
    if (absl::IsNotFound(bytes.status()))
      return DataLoss("{}: expected a file, received none", path);
    RETURN_IF_ERROR(bytes.status());
    if (static_cast<int64_t>(bytes->size()) != file.size) {
      return DataLoss("{}: expected {} bytes, received {}", path, file.size, bytes->size());
    }
    const std::string sha256 = Sha256Hex(*bytes);
    if (sha256 != file.sha256) {
      return DataLoss("{}: expected SHA-256 {}, received {}", path, file.sha256, sha256);
    }
    checkpoint.files.emplace(file.name, *std::move(bytes));
  }
  return checkpoint;
}

absl::StatusOr<std::optional<FoundCheckpoint>> FindNewestCheckpoint(Env& env,
                                                                    const std::string& root) {
  if (!env.Exists(root)) return std::nullopt;
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListCheckpoints(env, root));
  for (const std::string& name : names) {
    std::string directory = JoinPath(root, name);
    absl::StatusOr<Checkpoint> checkpoint = ReadCheckpoint(env, directory);
    if (checkpoint.ok()) return FoundCheckpoint{std::move(directory), *std::move(checkpoint)};
  }
  return std::nullopt;
}

absl::Status PruneCheckpoints(Env& env, const std::string& root, size_t keep) {
  ASSIGN_OR_RETURN(const std::vector<std::string> all, env.List(root));
  for (const std::string& name : all) {
    if (!name.starts_with(kPrefix) || !name.ends_with(kTemporary)) continue;
    RETURN_IF_ERROR(env.RemoveRecursively(JoinPath(root, name)));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> names, ListCheckpoints(env, root));
  for (size_t i = keep; i < names.size(); ++i) {
    RETURN_IF_ERROR(env.RemoveRecursively(JoinPath(root, names[i])));
  }
  return absl::OkStatus();
}

}  // namespace tricorn
