#include "worker/keras/job_callbacks.h"

#include "core/base/status.h"
#include "core/keras/serialization/deserializer.h"

namespace tricorn::worker {
namespace {

// What a job has in place of a callback that writes files where it runs; empty for the others.
std::string_view InPlaceOf(std::string_view class_name) {
  if (class_name == "BackupAndRestore" || class_name == "ModelCheckpoint") {
    return "the job's checkpoint_policy keeps restore points";
  }
  if (class_name == "CSVLogger" || class_name == "TensorBoard") {
    return "the job's events and metrics tell its logs";
  }
  if (class_name == "SwapEMAWeights") return "fit ends with the averages in any case";
  return "";
}

}  // namespace

absl::StatusOr<std::vector<std::shared_ptr<keras::Callback>>> MakeJobCallbacks(
    const v1::FitArgs& args, const keras::Registries& objects) {
  std::vector<std::shared_ptr<keras::Callback>> callbacks;
  for (const std::string& text : args.callbacks_json()) {
    const std::string subject = fmt::format("fit.callbacks_json[{}]", callbacks.size());
    const absl::StatusOr<Json> json = Json::Parse(text);
    if (!json.ok()) return WithSubject(json.status(), subject);
    if (!json->Has("class_name") || !(*json)["class_name"].is_string()) {
      return InvalidArgument("{}: expected an object with class_name, received {}", subject, text);
    }
    const std::string& class_name = (*json)["class_name"].AsString();
    if (class_name == "TerminateOnNaN") continue;
    if (const std::string_view instead = InPlaceOf(class_name); !instead.empty()) {
      return Unimplemented("{}: expected a callback that a job can have, received {}: {}", subject,
                           class_name, instead);
    }
    absl::StatusOr<std::shared_ptr<keras::Callback>> callback =
        keras::Deserializer(objects).Object<keras::Callback>(*json);
    if (!callback.ok()) return WithSubject(callback.status(), subject);
    callbacks.push_back(*std::move(callback));
  }
  return callbacks;
}

}  // namespace tricorn::worker
