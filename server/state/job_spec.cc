#include "server/state/job_spec.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"
#include "server/state/names.h"

namespace tricorn::server {
namespace {

using tricorn::v1::JobSpec;

constexpr int kMaxWorkers = 4096;
constexpr int kMaxThreadsPerWorker = 4096;
constexpr int kMaxCallbacks = 64;
constexpr int kDefaultBatchSize = 32;

absl::Status CheckRange(std::string_view field, int64_t value, int64_t low, int64_t high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return InvalidArgument("{}: expected {} to {}, received {}", field, low, high, value);
}

absl::Status CheckCount(std::string_view field, int64_t value) {
  if (value >= 0) return absl::OkStatus();
  return InvalidArgument("{}: expected 0 (the default) or more, received {}", field, value);
}

absl::Status CheckCompileConfig(const std::string& text) {
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<Json> json =
      Json::Parse(text, {.max_bytes = size_t{1} << 20, .max_depth = 32, .max_values = 100'000});
  if (!json.ok()) return WithSubject(json.status(), "compile_config_json");
  if (json->is_object()) return absl::OkStatus();
  return InvalidArgument("compile_config_json: expected an object, received {}",
                         std::string(json->kind()));
}

absl::Status CheckCallbacks(const tricorn::v1::FitArgs& fit) {
  RETURN_IF_ERROR(CheckRange("fit.callbacks_json", fit.callbacks_json_size(), 0, kMaxCallbacks));
  for (int i = 0; i < fit.callbacks_json_size(); ++i) {
    const std::string subject = fmt::format("fit.callbacks_json[{}]", i);
    const absl::StatusOr<Json> json =
        Json::Parse(fit.callbacks_json(i),
                    {.max_bytes = size_t{1} << 16, .max_depth = 32, .max_values = 10'000});
    if (!json.ok()) return WithSubject(json.status(), subject);
    if (!json->Has("class_name") || !(*json)["class_name"].is_string()) {
      return InvalidArgument("{}: expected an object with class_name, received {}", subject,
                             fit.callbacks_json(i));
    }
  }
  return absl::OkStatus();
}

// Its mode; the rest is for the trainer to read.
absl::Status CheckRemat(const std::string& remat) {
  const std::string mode = remat.substr(0, remat.find(':'));
  for (const std::string_view known :
       {"", "full", "activations", "larger_than", "list_of_layers", "auto"}) {
    if (mode == known && remat.size() <= 10'000) return absl::OkStatus();
  }
  return InvalidArgument(
      "fit.remat: expected full, activations, larger_than:ELEMENTS, list_of_layers:NAMES or auto, "
      "received '{}'",
      remat.substr(0, 100));
}

absl::Status CheckFit(const tricorn::v1::FitArgs& fit) {
  RETURN_IF_ERROR(CheckCount("fit.batch_size", fit.batch_size()));
  RETURN_IF_ERROR(CheckRange("fit.epochs", fit.epochs(), 1, 1'000'000));
  RETURN_IF_ERROR(CheckRange("fit.initial_epoch", fit.initial_epoch(), 0, fit.epochs() - 1));
  RETURN_IF_ERROR(CheckCount("fit.steps_per_epoch", fit.steps_per_epoch()));
  RETURN_IF_ERROR(CheckCount("fit.validation_batch_size", fit.validation_batch_size()));
  RETURN_IF_ERROR(CheckCount("fit.validation_steps", fit.validation_steps()));
  RETURN_IF_ERROR(CheckCount("fit.validation_freq", fit.validation_freq()));
  if (!(fit.validation_split() >= 0 && fit.validation_split() < 1)) {
    return InvalidArgument("fit.validation_split: expected a number in [0, 1), received {}",
                           fit.validation_split());
  }
  if (fit.validation_split() > 0 && fit.has_validation_data()) {
    return InvalidArgument("fit: expected validation_data or validation_split, received both");
  }
  for (const auto& [index, weight] : fit.class_weight()) {
    if (index < 0 || !std::isfinite(weight) || weight < 0) {
      return InvalidArgument(
          "fit.class_weight: expected finite weights of at least 0 by class index, received {}: {}",
          index, weight);
    }
  }
  RETURN_IF_ERROR(CheckRemat(fit.remat()));
  return CheckCallbacks(fit);
}

absl::Status CheckResources(const JobSpec& spec) {
  const auto& resources = spec.resources();
  RETURN_IF_ERROR(CheckRange("resources.min_workers", resources.min_workers(), 0, kMaxWorkers));
  RETURN_IF_ERROR(CheckRange("resources.max_workers", resources.max_workers(), 0, kMaxWorkers));
  if (resources.max_workers() > 0 && resources.max_workers() < MinWorkers(spec)) {
    return InvalidArgument("resources.max_workers: expected at least min_workers {}, received {}",
                           MinWorkers(spec), resources.max_workers());
  }
  RETURN_IF_ERROR(CheckRange("resources.threads_per_worker", resources.threads_per_worker(), 0,
                             kMaxThreadsPerWorker));
  RETURN_IF_ERROR(
      CheckCount("resources.memory_bytes_per_worker", resources.memory_bytes_per_worker()));
  return CheckCount("resources.gpus_per_worker", resources.gpus_per_worker());
}

// Every worker owns at least one shard, and every shard at least one sample of a full batch.
absl::Status CheckShards(const JobSpec& spec, int batch_size) {
  RETURN_IF_ERROR(CheckCount("virtual_shards", spec.virtual_shards()));
  const int shards = spec.virtual_shards() > 0 ? spec.virtual_shards() : MaxWorkers(spec);
  if (shards < MaxWorkers(spec)) {
    return InvalidArgument("virtual_shards: expected at least max_workers {}, received {}",
                           MaxWorkers(spec), shards);
  }
  const int batch = batch_size > 0 ? batch_size : kDefaultBatchSize;
  if (batch < shards) {
    return InvalidArgument(
        "batch_size: expected at least one sample for each of {} virtual shards, "
        "received {}",
        shards, batch);
  }
  return absl::OkStatus();
}

absl::Status CheckDeterminism(tricorn::v1::Determinism determinism) {
  switch (determinism) {
    case tricorn::v1::DETERMINISM_UNSPECIFIED:
    case tricorn::v1::DETERMINISM_EXACT:
    case tricorn::v1::DETERMINISM_FAST:
      return absl::OkStatus();
    default:
      return InvalidArgument("determinism: expected exact or fast, received {}",
                             static_cast<int>(determinism));
  }
}

}  // namespace

int MinWorkers(const JobSpec& spec) { return std::max(1, spec.resources().min_workers()); }

int MaxWorkers(const JobSpec& spec) {
  return std::max(MinWorkers(spec), spec.resources().max_workers());
}

const tricorn::v1::DatasetSource& DataOf(const JobSpec& spec) {
  if (spec.has_evaluate()) return spec.evaluate().data();
  if (spec.has_predict()) return spec.predict().data();
  return spec.fit().data();
}

absl::Status CheckJobSpec(const JobSpec& spec) {
  if (spec.model().source_case() == tricorn::v1::ModelSource::SOURCE_NOT_SET) {
    return InvalidArgument("model: expected a version or a blob, received neither");
  }
  RETURN_IF_ERROR(CheckCompileConfig(spec.compile_config_json()));
  RETURN_IF_ERROR(CheckResources(spec));
  int batch_size = 0;
  switch (spec.work_case()) {
    case JobSpec::kFit:
      RETURN_IF_ERROR(CheckFit(spec.fit()));
      batch_size = spec.fit().batch_size();
      break;
    case JobSpec::kEvaluate:
      RETURN_IF_ERROR(CheckCount("evaluate.batch_size", spec.evaluate().batch_size()));
      RETURN_IF_ERROR(CheckCount("evaluate.steps", spec.evaluate().steps()));
      batch_size = spec.evaluate().batch_size();
      break;
    case JobSpec::kPredict:
      RETURN_IF_ERROR(CheckCount("predict.batch_size", spec.predict().batch_size()));
      RETURN_IF_ERROR(CheckCount("predict.steps", spec.predict().steps()));
      batch_size = spec.predict().batch_size();
      break;
    case JobSpec::WORK_NOT_SET:
      return InvalidArgument("work: expected fit, evaluate or predict, received none");
  }
  RETURN_IF_ERROR(CheckShards(spec, batch_size));
  RETURN_IF_ERROR(CheckDeterminism(spec.determinism()));
  RETURN_IF_ERROR(
      CheckCount("checkpoint_policy.every_epochs", spec.checkpoint_policy().every_epochs()));
  RETURN_IF_ERROR(
      CheckCount("checkpoint_policy.every_steps", spec.checkpoint_policy().every_steps()));
  RETURN_IF_ERROR(CheckRange("checkpoint_policy.keep", spec.checkpoint_policy().keep(), 0, 1000));
  RETURN_IF_ERROR(CheckCount("retry_policy.max_failures", spec.retry_policy().max_failures()));
  RETURN_IF_ERROR(
      CheckRange("retry_policy.backoff", spec.retry_policy().backoff().seconds(), 0, 3600));
  if (!spec.queue().empty()) RETURN_IF_ERROR(CheckId("queue", spec.queue()));
  if (spec.output_model().empty()) return absl::OkStatus();
  return WithSubject(ParseName("models", spec.output_model()).status(), "output_model");
}

}  // namespace tricorn::server
