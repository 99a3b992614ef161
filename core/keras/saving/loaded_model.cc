#include "core/keras/saving/loaded_model.h"

#include "core/base/status.h"
#include "core/keras/serialization/deserializer.h"

namespace tricorn::keras {
namespace {

// A subclassed model says what it was built for; others know their inputs.
absl::Status BuildAsSaved(const Json& build_config, Model& model) {
  const Json& saved = build_config["input_shape"];
  if (model.built() || !saved.is_array()) return absl::OkStatus();
  CallArguments<SymbolicType> arguments;
  const bool is_list = saved.size() > 0 && saved.AsArray()[0].is_array();
  Nest<SymbolicType>::List types;
  for (const Json& json : is_list ? saved.AsArray() : Json::Array{saved}) {
    SymbolicType type{model.compute_dtype(), {}};
    RETURN_IF_ERROR(WithSubject(FromJson(json, &type.shape), "build_config"));
    types.emplace_back(type);
  }
  arguments.args.push_back(is_list ? Nest<SymbolicType>(std::move(types)) : types[0]);
  return model.BuildForInputs(arguments);
}

}  // namespace

absl::StatusOr<std::shared_ptr<Model>> DescribeModel(const Json& json, const Registries& objects) {
  ASSIGN_OR_RETURN(std::shared_ptr<Layer> layer, Deserializer(objects).Object<Layer>(json));
  auto model = std::dynamic_pointer_cast<Model>(layer);
  if (model == nullptr) {
    return InvalidArgument("expected a Sequential or Functional model, received a {}",
                           std::string(layer->class_name()));
  }
  const Json& compile = json["compile_config"];
  if (compile.is_object() && compile.size() > 0) model->set_compile_config(compile);
  if (model->name().empty()) model->set_name(model->DisplayName());
  RETURN_IF_ERROR(BuildAsSaved(json["build_config"], *model));
  return model;
}

}  // namespace tricorn::keras
