#include "worker/keras/model_source.h"

#include <utility>

#include "core/base/json.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

constexpr char kModelSubject[] = "model";

bool IsArchive(std::string_view bytes) {
  return bytes.starts_with("PK") || bytes.starts_with("\x89HDF");
}

absl::StatusOr<keras::LoadedModel> LoadEither(std::string_view bytes, uint64_t seed,
                                              const keras::Registries& objects) {
  if (IsArchive(bytes)) return keras::LoadBytes(bytes, objects);
  auto json = Json::Parse(bytes);
  if (!json.ok()) {
    return InvalidArgument("expected a .keras archive or a JSON object, received {} bytes: {}",
                           bytes.size(), std::string(json.status().message()));
  }
  keras::LoadedModel loaded;
  ASSIGN_OR_RETURN(loaded.model, keras::ModelFromJson(*json, objects));
  RETURN_IF_ERROR(loaded.model->Initialize(seed));
  return loaded;
}

absl::Status OverrideCompileConfig(const std::string& text, keras::LoadedModel& loaded) {
  if (text.empty()) return absl::OkStatus();
  auto given = Json::Parse(text);
  RETURN_IF_ERROR(WithSubject(given.status(), "compile_config_json"));
  if (!given->is_object()) {
    return InvalidArgument("compile_config_json: expected a JSON object, received {}",
                           given->kind());
  }
  Json merged = loaded.model->compile_config();
  for (const auto& [key, value] : given->AsObject()) {
    if (key == "optimizer" && !(merged[key] == value)) loaded.optimizer = {};
    merged.Set(key, value);
  }
  loaded.model->set_compile_config(std::move(merged));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<keras::LoadedModel> LoadJobModel(std::string_view bytes,
                                                const std::string& compile_config_json,
                                                uint64_t seed, const keras::Registries& objects) {
  auto loaded = LoadEither(bytes, seed, objects);
  RETURN_IF_ERROR(WithSubject(loaded.status(), kModelSubject));
  for (keras::Variable* variable : loaded->model->variables()) {
    if (!variable->saved) variable->value = Tensor();
  }
  RETURN_IF_ERROR(loaded->model->Initialize(seed, /*only_missing=*/true));
  RETURN_IF_ERROR(OverrideCompileConfig(compile_config_json, *loaded));
  return loaded;
}

}  // namespace tricorn::worker
