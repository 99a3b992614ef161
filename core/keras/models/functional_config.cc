// Functional models as Keras's config: layers with their calls.

#include <deque>
#include <map>

#include "core/keras/layers/core/input_layer.h"
#include "core/keras/models/call_json.h"
#include "core/keras/models/functional.h"
#include "core/keras/models/operation_json.h"

namespace tricorn::keras::models {
namespace {

// In input_layers and output_layers the calls of a nested functional model count from 1, as if its
// own making were the first.
int64_t FirstCall(const Operation& operation) {
  return dynamic_cast<const Functional*>(&operation) == nullptr ? 0 : 1;
}

// Makes the calls of a config in an order in which their inputs exist.
class CallsFromConfig {
 public:
  ~CallsFromConfig() {
    while (!made_.empty()) made_.pop_back();  // a long chain lets go of its last call first
  }

  absl::Status AddLayer(const Json& json, const Deserializer& deserializer) {
    ASSIGN_OR_RETURN(std::shared_ptr<Operation> operation,
                     DeserializeOperation(json, deserializer));
    const std::string name = json["name"].is_string() ? json["name"].AsString() : operation->name();
    operation->set_name(name);
    const auto [it, is_new] = layers_.try_emplace(name);
    if (!is_new) return InvalidArgument("layers: expected names that differ, got '{}' twice", name);
    Entry& entry = it->second;
    entry.operation = std::move(operation);
    if (auto* input = dynamic_cast<layers::InputLayer*>(entry.operation.get())) {
      entry.outputs.push_back({input->output()});
    }
    if (!json["inbound_nodes"].is_array()) return WrongKind("array", json["inbound_nodes"]);
    for (const Json& call : json["inbound_nodes"].AsArray()) entry.calls.push_back(&call);
    ready_.push_back(&entry);
    return absl::OkStatus();
  }

  absl::Status MakeAll() {
    while (!ready_.empty()) {
      Entry& entry = *ready_.front();
      ready_.pop_front();
      RETURN_IF_ERROR(MakeCalls(entry));
    }
    for (const auto& [name, entry] : layers_) {
      if (entry.made < entry.calls.size()) {
        return InvalidArgument("{}: expected inputs that exist, received a loop or a missing call",
                               name);
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<KerasTensor> Find(const TensorHistory& history) const {
    const auto it = layers_.find(history.layer);
    if (it == layers_.end()) {
      return InvalidArgument("expected the name of a layer, received '{}'", history.layer);
    }
    const auto& outputs = it->second.outputs;
    if (history.call < 0 || history.call >= static_cast<int64_t>(outputs.size())) {
      return NotFound("{}: expected one of its {} calls, received call {}", history.layer,
                      outputs.size(), history.call);
    }
    const auto& call = outputs[static_cast<size_t>(history.call)];
    if (history.output < 0 || history.output >= static_cast<int64_t>(call.size())) {
      return InvalidArgument("{}: expected one of its {} outputs, received {}", history.layer,
                             call.size(), history.output);
    }
    return call[static_cast<size_t>(history.output)];
  }

  absl::StatusOr<Nest<KerasTensor>> Structure(const Json& json) const {
    if (IsTriple(json)) {
      ASSIGN_OR_RETURN(TensorHistory history, ParseHistory(json));
      if (const auto it = layers_.find(history.layer); it != layers_.end()) {
        history.call -= FirstCall(*it->second.operation);
      }
      ASSIGN_OR_RETURN(KerasTensor tensor, Find(history));
      return Nest<KerasTensor>(std::move(tensor));
    }
    if (json.is_array()) {
      Nest<KerasTensor>::List list;
      for (const Json& item : json.AsArray()) {
        ASSIGN_OR_RETURN(list.emplace_back(), Structure(item));
      }
      return Nest<KerasTensor>(std::move(list));
    }
    if (!json.is_object()) return WrongKind("tensors of layers", json);
    Nest<KerasTensor>::Dict dict;
    for (const auto& [key, item] : json.AsObject()) {
      ASSIGN_OR_RETURN(Nest<KerasTensor> value, Structure(item));
      dict.emplace_back(key, std::move(value));
    }
    return Nest<KerasTensor>(std::move(dict));
  }

 private:
  struct Entry {
    std::shared_ptr<Operation> operation;
    std::vector<const Json*> calls;
    size_t made = 0;
    std::vector<std::vector<KerasTensor>> outputs;  // by call
    std::vector<Entry*> waiting;                    // for this layer's next call
  };

  static bool IsTriple(const Json& json) {
    return json.is_array() && json.size() == 3 && json.AsArray()[0].is_string();
  }

  // Makes the entry's next calls until one lacks an input, and then waits for that.
  absl::Status MakeCalls(Entry& entry) {
    while (entry.made < entry.calls.size()) {
      Entry* missing = nullptr;
      const auto resolve = [&](const TensorHistory& history) -> absl::StatusOr<KerasTensor> {
        absl::StatusOr<KerasTensor> tensor = Find(history);
        if (absl::IsNotFound(tensor.status())) missing = &layers_.at(history.layer);
        return tensor;
      };
      absl::StatusOr<CallArguments<KerasTensor>> arguments =
          ParseCall(*entry.calls[entry.made], resolve);
      if (missing != nullptr) {
        missing->waiting.push_back(&entry);
        return absl::OkStatus();
      }
      if (!arguments.ok()) {
        return WithSubject(arguments.status(), entry.operation->DisplayName());
      }
      ASSIGN_OR_RETURN(std::vector<KerasTensor> outputs,
                       entry.operation->CallOn(*std::move(arguments)));
      if (!outputs.empty()) made_.push_back(outputs[0].node());
      entry.outputs.push_back(std::move(outputs));
      ++entry.made;
      ready_.insert(ready_.end(), entry.waiting.begin(), entry.waiting.end());
      entry.waiting.clear();
    }
    return absl::OkStatus();
  }

  std::map<std::string, Entry> layers_;
  std::deque<Entry*> ready_;
  std::vector<std::shared_ptr<const CallNode>> made_;
};

}  // namespace

Json Functional::GetConfig() const {
  const auto history = [&](const KerasTensor& tensor, bool in_structure) {
    const Operation& operation = *tensor.node()->operation;
    const int64_t first = in_structure ? FirstCall(operation) : 0;
    return Json::MakeArray(
        {operation.DisplayName(), graph_.CallIndex(*tensor.node()) + first, tensor.index()});
  };
  Json::Array layers;
  for (const std::shared_ptr<Operation>& operation : graph_.operations()) {
    Json json = SerializeOperation(*operation);
    json.Set("name", operation->DisplayName());
    Json::Array calls;
    for (const CallNode* call : graph_.CallsOf(*operation)) {
      if (call->arguments.args.empty()) continue;
      calls.push_back(CallToJson(*call, [&](const KerasTensor& t) { return history(t, false); }));
    }
    json.Set("inbound_nodes", std::move(calls));
    layers.push_back(std::move(json));
  }
  const auto structure = [&](const KerasTensor& tensor) { return history(tensor, true); };
  return Json::MakeObject({{"name", DisplayName()},
                           {"trainable", trainable()},
                           {"layers", std::move(layers)},
                           {"input_layers", input_structure_.MapToJson(structure)},
                           {"output_layers", output_structure_.MapToJson(structure)}});
}

Json Functional::Serialize() const {
  Json json = Model::Serialize();
  json.Set("build_config", Json::MakeObject({{"input_shape", Json()}}));
  return json;
}

absl::StatusOr<std::shared_ptr<Functional>> Functional::FromConfig(
    const Json& json, const Deserializer& deserializer) {
  LayerOptions options;
  if (json["name"].is_string()) options.name = json["name"].AsString();
  if (json["trainable"].is_bool()) options.trainable = json["trainable"].AsBool();
  if (!json["layers"].is_array()) return WithSubject(WrongKind("array", json["layers"]), "layers");
  CallsFromConfig calls;
  for (const Json& layer : json["layers"].AsArray()) {
    RETURN_IF_ERROR(calls.AddLayer(layer, deserializer));
  }
  RETURN_IF_ERROR(calls.MakeAll());
  absl::StatusOr<Nest<KerasTensor>> inputs = calls.Structure(json["input_layers"]);
  if (!inputs.ok()) return WithSubject(inputs.status(), "input_layers");
  absl::StatusOr<Nest<KerasTensor>> outputs = calls.Structure(json["output_layers"]);
  if (!outputs.ok()) return WithSubject(outputs.status(), "output_layers");
  auto model = std::make_shared<Functional>(*std::move(inputs), *std::move(outputs), options);
  RETURN_IF_ERROR(model->status());
  return model;
}

}  // namespace tricorn::keras::models
