#include "tests/conformance/load_model.h"

#include "core/base/status.h"
#include "core/io/keras_archive.h"
#include "core/keras/saving/keras_file.h"

namespace tricorn::conformance {
namespace {

// Wherever `json` has a policy float32 it gets `name`.
void ReplacePolicies(Json& json, std::string_view name) {
  if (json.is_array()) {
    for (Json& item : json.AsArray()) ReplacePolicies(item, name);
  } else if (json.is_object()) {
    if (json["class_name"] == Json("DTypePolicy") && json["config"]["name"] == Json("float32")) {
      json.Set("config", Json::MakeObject({{"name", name}}));
      return;
    }
    for (auto& [key, member] : json.AsObject()) ReplacePolicies(member, name);
  }
}

}  // namespace

absl::StatusOr<keras::LoadedModel> LoadModel(const Case& test, const Json& file) {
  if (test.compute_dtype() == DType::kF32) return keras::Load(Env::Posix(), test.Path(file));
  ASSIGN_OR_RETURN(KerasArchive archive, ReadKerasArchive(Env::Posix(), test.Path(file)));
  ReplacePolicies(archive.config, fmt::format("mixed_{}", Name(test.compute_dtype())));
  ASSIGN_OR_RETURN(const std::string bytes, SerializeKerasArchive(archive));
  return keras::LoadBytes(bytes);
}

}  // namespace tricorn::conformance
