#include "core/keras/layers/operations/op_call.h"

#include "core/base/json_fields.h"
#include "core/keras/layers/operations/operations.h"
#include "core/ops/elementwise/elementwise.h"

namespace tricorn::keras {

ir::Value OpArguments::Error(const absl::Status& status) const {
  builder_.SetError(status);
  return ir::Value(&builder_, -1);
}

ir::Value OpArguments::Tensor(size_t i) const {
  if (i < call_.args.size() && call_.args[i].is_leaf()) return call_.args[i].leaf();
  return Error(InvalidArgument("argument {}: expected a tensor", i));
}

ops::Arg OpArguments::Number(size_t i) const {
  if (i < call_.args.size() && call_.args[i].is_literal()) {
    const Json& literal = call_.args[i].literal();
    if (literal.is_int()) return literal.AsInt();
    if (literal.is_double()) return literal.AsDouble();
    if (literal.is_bool()) return literal.AsBool() ? 1 : 0;
  }
  return Tensor(i);
}

ir::Values OpArguments::Tensors(size_t i) const {
  ir::Values tensors = i < call_.args.size() ? call_.args[i].Flatten() : ir::Values();
  if (tensors.empty()) tensors.push_back(Tensor(i));
  return tensors;
}

const Json& OpArguments::Literal(size_t i) const {
  static const Json kNull;
  return i < call_.args.size() && call_.args[i].is_literal() ? call_.args[i].literal() : kNull;
}

std::vector<int64_t> OpArguments::Axes(std::string_view key) const {
  std::vector<int64_t> axes;
  const Json& json = config_[key];
  if (json.is_null()) return axes;
  const absl::Status status =
      json.is_array() ? FromJson(json, &axes) : FromJson(json, &axes.emplace_back());
  if (!status.ok()) builder_.SetError(WithSubject(status, key));
  return axes;
}

int64_t OpArguments::Int(std::string_view key, int64_t otherwise) const {
  if (config_[key].is_null()) return otherwise;
  const absl::Status status = FromJson(config_[key], &otherwise);
  if (!status.ok()) builder_.SetError(WithSubject(status, key));
  return otherwise;
}

bool OpArguments::Bool(std::string_view key) const {
  return config_[key].is_bool() && config_[key].AsBool();
}

OpCall::OpCall(std::string_view class_name, std::string module, OpFunction function, Json config)
    : Operation(config["name"].is_string() ? config["name"].AsString() : ""),
      class_name_(class_name),
      module_(std::move(module)),
      function_(function),
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
  if (!arguments.kwargs.empty()) {
    context.builder().SetError(Unimplemented("{}: expected positional arguments, received '{}'",
                                             class_name_, arguments.kwargs[0].first));
    return {ir::Value(&context.builder(), -1)};
  }
  return {function_(OpArguments(context.builder(), arguments, config_))};
}

void AddOperations(Registry<Operation>& registry) {
  for (const std::vector<OpEntry>& table : {ElementwiseOps(), ReduceOps(), ShapeOps()}) {
    for (const OpEntry& entry : table) {
      registry.AddFactory(
          entry.class_name,
          [entry](const Json& config,
                  const Deserializer&) -> absl::StatusOr<std::shared_ptr<Operation>> {
            return std::make_shared<OpCall>(entry.class_name,
                                            "keras.src.ops." + std::string(entry.module),
                                            entry.function, config);
          });
    }
  }
}

}  // namespace tricorn::keras
