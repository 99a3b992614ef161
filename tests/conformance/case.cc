#include "tests/conformance/case.h"

#include "core/base/status.h"
#include "core/io/npz.h"

namespace tricorn::conformance {

absl::StatusOr<Case> Case::Read(Env& env, const std::string& directory, std::string name,
                                DType compute_dtype) {
  Case out;
  out.compute_dtype_ = compute_dtype;
  out.name_ = std::move(name);
  out.directory_ = directory;
  ASSIGN_OR_RETURN(const std::string text, env.ReadFile(JoinPath(directory, "case.json")));
  ASSIGN_OR_RETURN(out.json_, Json::Parse(text));
  if (!out.json_["kind"].is_string()) return DataLoss("case.json: expected a kind");
  for (const auto& [key, value] : out.json_.AsObject()) {
    const bool is_archive = value.is_string() && value.AsString().ends_with(".keras");
    if (is_archive && !env.Exists(out.Path(value))) {
      return DataLoss("case.json: expected a file {}", value.AsString());
    }
  }
  if (out.json_["arrays"].size() == 0) return out;
  ASSIGN_OR_RETURN(const std::string bytes, env.ReadFile(JoinPath(directory, "data.npz")));
  ASSIGN_OR_RETURN(NpzReader arrays, NpzReader::OpenBytes(bytes));
  for (const std::string& array : arrays.names()) {
    ASSIGN_OR_RETURN(out.arrays_[array], arrays.Read(array));
  }
  return out;
}

absl::StatusOr<Tensor> Case::Array(const Json& name) const {
  const auto it = name.is_string() ? arrays_.find(name.AsString()) : arrays_.end();
  if (it == arrays_.end()) return DataLoss("data.npz: expected an array {}", name.Dump());
  return it->second;
}

std::string Case::Path(const Json& file) const {
  return JoinPath(directory_, file.is_string() ? file.AsString() : "");
}

}  // namespace tricorn::conformance
