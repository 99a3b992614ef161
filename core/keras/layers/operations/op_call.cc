#include "core/keras/layers/operations/op_call.h"

#include "core/keras/layers/operations/op_arguments.h"
#include "core/keras/layers/operations/operations.h"

namespace tricorn::keras {

OpCall::OpCall(const OpEntry& entry, Json config)
    : Operation(config["name"].is_string() ? config["name"].AsString() : ""),
      entry_(entry),
      module_("keras.src.ops." + std::string(entry.module)),
      config_([&] {
        config.Erase("name");
        return std::move(config);
      }()) {}

Json OpCall::GetConfig() const {
  Json::Object members = {{"name", DisplayName()}};
  if (config_.is_object()) {
    members.insert(members.end(), config_.AsObject().begin(), config_.AsObject().end());
  }
  return members;
}

ir::Values OpCall::CallWith(CallContext& context, const CallArguments<ir::Value>& arguments) {
  const ir::Builder::Scope scope(context.builder(), name());
  OpArguments bound(context.builder(), entry_.parameters, arguments, config_);
  ir::Values results = entry_.function(bound);
  if (bound.unknown_length()) {
    context.builder().SetError(Unimplemented(
        "{}: expected a result whose shape follows from shapes, not from values", entry_.names));
  }
  return results;
}

void AddOperations(Registry<Operation>& registry) {
  for (const OpEntry& entry : KerasOps()) {
    if (entry.class_name.empty()) continue;
    registry.AddFactory(
        entry.class_name,
        [&entry](const Json& config,
                 const Deserializer&) -> absl::StatusOr<std::shared_ptr<Operation>> {
          return std::make_shared<OpCall>(entry, config);
        });
  }
}

}  // namespace tricorn::keras
