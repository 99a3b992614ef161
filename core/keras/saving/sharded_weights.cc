#include "core/keras/saving/sharded_weights.h"

#include <set>
#include <utility>
#include <vector>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "core/io/keras_archive.h"

namespace tricorn::keras {
namespace {

constexpr std::string_view kSuffix = ".weights.json";

struct Shard {
  std::string name;
  Hdf5Group tree;
  double nbytes = 0;
};

// Cuts a tree into shards, group by group.
class Cutter {
 public:
  Cutter(std::string base, double max_nbytes) : base_(std::move(base)), max_nbytes_(max_nbytes) {
    AddShard();
  }

  // `path` of the group, "" for the root.
  absl::Status Add(const std::string& path, const Hdf5Group& group) {
    if (path == "vars" || path.ends_with("/vars")) return AddVars(path, group);
    for (const auto& [name, child] : group.groups) {
      RETURN_IF_ERROR(Add(path.empty() ? name : path + "/" + name, child));
    }
    return absl::OkStatus();
  }

  const std::vector<Shard>& shards() const { return shards_; }
  Json Map() const {
    return Json::MakeObject(
        {{"metadata", Json::MakeObject({{"total_size", total_nbytes_}})}, {"weight_map", map_}});
  }

 private:
  void AddShard() {
    shards_.push_back({fmt::format("{}_{:05}.weights.h5", base_, shards_.size()), {}, 0});
  }

  absl::Status AddVars(const std::string& path, const Hdf5Group& vars) {
    shards_.back().tree.Make(path).attributes = vars.attributes;
    Json files;
    for (size_t i = 0; i < vars.datasets.size(); ++i) {
      const std::string name = std::to_string(i);
      const Tensor& tensor = vars.datasets.at(name);
      const auto nbytes = static_cast<double>(tensor.nbytes());
      if (nbytes > max_nbytes_) {
        return InvalidArgument("{}/{}: expected at most {} bytes, received {}", path, name,
                               max_nbytes_, nbytes);
      }
      if (shards_.back().nbytes + nbytes > max_nbytes_) AddShard();
      Shard& shard = shards_.back();
      shard.nbytes += nbytes;
      total_nbytes_ += nbytes;
      shard.tree.Make(path).datasets.emplace(name, tensor);
      if (files.size() == 0 || files.AsArray().back() != Json(shard.name)) files.Append(shard.name);
    }
    if (files.size() > 0) map_.Set("/" + path, std::move(files));
    return absl::OkStatus();
  }

  const std::string base_;
  const double max_nbytes_;
  double total_nbytes_ = 0;
  Json map_ = Json::MakeObject({});
  std::vector<Shard> shards_;
};

absl::Status Merge(const std::string& path, const Hdf5Group& from, Hdf5Group& to) {
  for (const auto& [name, value] : from.attributes) to.attributes.emplace(name, value);
  for (const auto& [name, tensor] : from.datasets) {
    if (to.datasets.emplace(name, tensor).second) continue;
    return InvalidArgument("{}/{}: expected it in one shard, received it twice", path, name);
  }
  for (const auto& [name, child] : from.groups) {
    RETURN_IF_ERROR(Merge(path + "/" + name, child, to.groups[name]));
  }
  return absl::OkStatus();
}

// The files that a map names, each once.
absl::StatusOr<std::set<std::string>> FilesOf(const Json& map) {
  if (!map.is_object()) return WithSubject(WrongKind("object", map), "weight_map");
  std::set<std::string> files;
  for (const auto& [group, value] : map.AsObject()) {
    const Json::Array list = value.is_array() ? value.AsArray() : Json::Array{value};
    for (const Json& file : list) {
      const bool is_name = file.is_string() && !file.AsString().empty() &&
                           file.AsString().find('/') == std::string::npos;
      if (!is_name) {
        return InvalidArgument("weight_map: {}: expected names of files beside it, received {}",
                               group, file.Dump().substr(0, 60));
      }
      files.insert(file.AsString());
    }
  }
  return files;
}

}  // namespace

absl::Status WriteShards(Env& env, const std::string& json_path, const Hdf5Group& weights,
                         double max_shard_nbytes) {
  const std::string_view name = BaseName(json_path);
  Cutter cutter(std::string(name.substr(0, name.size() - kSuffix.size())), max_shard_nbytes);
  RETURN_IF_ERROR(cutter.Add("", weights));
  for (const Shard& shard : cutter.shards()) {
    RETURN_IF_ERROR(
        WriteKerasWeights(env, JoinPath(DirectoryOf(json_path), shard.name), shard.tree));
  }
  return env.WriteFileAtomically(json_path, cutter.Map().Dump(4));
}

absl::StatusOr<Hdf5Group> ReadShards(Env& env, const std::string& json_path) {
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(json_path));
  ASSIGN_OR_RETURN(const Json json, Json::Parse(text));
  ASSIGN_OR_RETURN(const std::set<std::string> files, FilesOf(json["weight_map"]));
  Hdf5Group weights;
  for (const std::string& file : files) {
    const std::string path = JoinPath(DirectoryOf(json_path), file);
    ASSIGN_OR_RETURN(const Hdf5Group shard, ReadKerasWeights(env, path));
    RETURN_IF_ERROR(WithSubject(Merge("", shard, weights), path));
  }
  return weights;
}

}  // namespace tricorn::keras
