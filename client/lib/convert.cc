#include "client/lib/convert.h"

#include <utility>

#include "core/base/status.h"
#include "proto/tensor/wire_tensor.h"

namespace tricorn::client {
namespace {

std::optional<absl::Time> Time(bool present, const google::protobuf::Timestamp& time) {
  if (!present) return std::nullopt;
  return absl::FromUnixSeconds(time.seconds()) + absl::Nanoseconds(time.nanos());
}

// The member of a message `m`, when it is there.
#define TIME_OF(m, field) Time((m).has_##field(), (m).field())

JobState FromProto(v1::JobState state) {
  switch (state) {
    case v1::JOB_STATE_PENDING:
      return JobState::kPending;
    case v1::JOB_STATE_STARTING:
      return JobState::kStarting;
    case v1::JOB_STATE_RUNNING:
      return JobState::kRunning;
    case v1::JOB_STATE_SUCCEEDED:
      return JobState::kSucceeded;
    case v1::JOB_STATE_FAILED:
      return JobState::kFailed;
    case v1::JOB_STATE_CANCELLED:
      return JobState::kCancelled;
    default:
      return JobState::kUnknown;
  }
}

Logs LogsOf(const google::protobuf::Map<std::string, double>& logs) {
  return Logs(logs.begin(), logs.end());
}

Progress FromProto(const v1::Progress& progress) {
  return {.phase = progress.phase(),
          .epoch = progress.epoch(),
          .epochs = progress.epochs(),
          .step = progress.step(),
          .steps = progress.steps(),
          .global_step = progress.global_step(),
          .samples_per_second = progress.samples_per_second(),
          .seconds_per_step = progress.seconds_per_step(),
          .logs = LogsOf(progress.logs())};
}

EpochLogs FromProto(const v1::EpochLogs& logs) {
  return {.epoch = logs.epoch(),
          .duration_seconds = logs.duration_seconds(),
          .logs = LogsOf(logs.logs())};
}

Failure FromProto(const v1::Failure& failure) {
  return {.code = static_cast<absl::StatusCode>(failure.code()),
          .message = failure.message(),
          .worker = failure.worker(),
          .rank = failure.rank(),
          .generation = failure.generation(),
          .retryable = failure.retryable()};
}

JobResult FromProto(const v1::JobResult& result) {
  JobResult value = {.model_version = result.model_version(),
                     .metrics = LogsOf(result.metrics()),
                     .predictions = {}};
  for (const v1::DatasetFile& file : result.predictions()) {
    value.predictions.push_back({file.path(), file.blob(), file.size_bytes()});
  }
  return value;
}

LogLine FromProto(const v1::LogLine& line) {
  const std::string severity = line.severity() == v1::LogLine::SEVERITY_ERROR     ? "error"
                               : line.severity() == v1::LogLine::SEVERITY_WARNING ? "warning"
                                                                                  : "info";
  return {.severity = severity,
          .text = line.text(),
          .worker = line.worker(),
          .rank = line.rank(),
          .time = TIME_OF(line, time)};
}

constexpr std::pair<std::string_view, v1::DatasetFormat> kFormats[] = {
    {"npz", v1::DATASET_FORMAT_NPZ},           {"npy", v1::DATASET_FORMAT_NPY},
    {"idx", v1::DATASET_FORMAT_IDX},           {"csv", v1::DATASET_FORMAT_CSV},
    {"tfrecord", v1::DATASET_FORMAT_TFRECORD}, {"image_folder", v1::DATASET_FORMAT_IMAGE_FOLDER},
};

}  // namespace

Job FromProto(const v1::Job& job) {
  Job value;
  value.name = job.name();
  value.kind = job.spec().has_evaluate()  ? "evaluate"
               : job.spec().has_predict() ? "predict"
                                          : "fit";
  value.state = FromProto(job.state());
  value.pending_reason = job.pending_reason();
  value.generation = job.generation();
  value.restarts = job.restarts();
  value.seed = job.seed();
  value.virtual_shards = job.virtual_shards();
  value.workers.assign(job.workers().begin(), job.workers().end());
  if (job.has_progress()) value.progress = FromProto(job.progress());
  for (const v1::EpochLogs& epoch : job.history()) value.history.push_back(FromProto(epoch));
  if (job.has_failure()) value.failure = FromProto(job.failure());
  if (job.has_result()) value.result = FromProto(job.result());
  value.create_time = TIME_OF(job, create_time);
  value.start_time = TIME_OF(job, start_time);
  value.end_time = TIME_OF(job, end_time);
  return value;
}

JobEvent FromProto(const v1::JobEvent& event) {
  JobEvent value;
  value.cursor = event.cursor();
  switch (event.event_case()) {
    case v1::JobEvent::kProgress:
      value.event = FromProto(event.progress());
      break;
    case v1::JobEvent::kEpochLogs:
      value.event = FromProto(event.epoch_logs());
      break;
    case v1::JobEvent::kLogLine:
      value.event = FromProto(event.log_line());
      break;
    case v1::JobEvent::kCheckpoint:
      value.event = CheckpointSaved{event.checkpoint().epoch(), event.checkpoint().global_step()};
      break;
    default:
      value.event = FromProto(event.job());
  }
  return value;
}

ServerInfo FromProto(const v1::ServerInfo& info) {
  return {.version = info.version(),
          .http_address = info.http_address(),
          .cluster_id = info.cluster_id(),
          .max_message_bytes = info.max_message_bytes(),
          .max_blob_bytes = info.max_blob_bytes(),
          .start_time = TIME_OF(info, start_time)};
}

Worker FromProto(const v1::Worker& worker) {
  Worker value;
  value.name = worker.name();
  value.state = worker.state() == v1::WORKER_STATE_READY      ? "ready"
                : worker.state() == v1::WORKER_STATE_DRAINING ? "draining"
                                                              : "lost";
  value.address = worker.address();
  value.host_id = worker.host_id();
  value.version = worker.version();
  value.backends.assign(worker.backends().begin(), worker.backends().end());
  value.slots = worker.capacity().slots();
  value.predictor_slots = worker.capacity().predictor_slots();
  value.threads = worker.capacity().threads();
  value.gpus = worker.capacity().gpus();
  value.memory_bytes = worker.capacity().memory_bytes();
  value.assignments.assign(worker.assignments().begin(), worker.assignments().end());
  value.heartbeat_time = TIME_OF(worker, heartbeat_time);
  return value;
}

Model FromProto(const v1::Model& model) {
  return {.name = model.name(),
          .latest_version = model.latest_version(),
          .create_time = TIME_OF(model, create_time),
          .update_time = TIME_OF(model, update_time)};
}

ModelVersion FromProto(const v1::ModelVersion& version) {
  return {.name = version.name(),
          .blob = version.blob(),
          .size_bytes = version.size_bytes(),
          .source_job = version.source_job(),
          .metrics = LogsOf(version.metrics()),
          .create_time = TIME_OF(version, create_time)};
}

DatasetInfo FromProto(const v1::Dataset& dataset) {
  DatasetInfo value;
  value.name = dataset.name();
  for (const auto& [name, format] : kFormats) {
    if (format == dataset.format()) value.format = std::string(name);
  }
  value.size_bytes = dataset.size_bytes();
  for (const v1::DatasetFile& file : dataset.files()) value.files.push_back(file.path());
  value.create_time = TIME_OF(dataset, create_time);
  return value;
}

Deployment FromProto(const v1::Deployment& deployment) {
  Deployment value;
  value.name = deployment.name();
  value.model_version = deployment.model_version();
  value.state = deployment.state() == v1::DEPLOYMENT_STATE_READY    ? "ready"
                : deployment.state() == v1::DEPLOYMENT_STATE_FAILED ? "failed"
                                                                    : "pending";
  value.pending_reason = deployment.pending_reason();
  value.failure = deployment.failure().message();
  value.replicas = deployment.replica_count();
  for (const v1::Replica& replica : deployment.replicas()) value.ready_replicas += replica.ready();
  value.on_demand = deployment.on_demand();
  value.create_time = TIME_OF(deployment, create_time);
  return value;
}

absl::StatusOr<Prediction> FromProto(const v1::PredictResponse& response) {
  Prediction prediction;
  prediction.model_version = response.model_version();
  for (const v1::NamedTensor& output : response.outputs()) {
    absl::StatusOr<Tensor> tensor = FromWire(output.tensor());
    if (!tensor.ok()) {
      return Internal("output {}: {}", output.name(), std::string(tensor.status().message()));
    }
    prediction.outputs.push_back({output.name(), *std::move(tensor)});
  }
  return prediction;
}

absl::StatusOr<v1::PredictRequest> ToProto(const std::string& target,
                                           const std::vector<NamedTensor>& inputs) {
  v1::PredictRequest request;
  request.set_target(target);
  for (const NamedTensor& input : inputs) {
    if (input.tensor.dtype() == DType::kString) {
      return InvalidArgument("input {}: expected numbers, received strings", input.name);
    }
    v1::NamedTensor* named = request.add_inputs();
    named->set_name(input.name);
    *named->mutable_tensor() = ToWire(input.tensor);
  }
  return request;
}

absl::StatusOr<v1::Dataset> ToProto(const DatasetSpec& spec) {
  v1::Dataset dataset;
  for (const auto& [name, format] : kFormats) {
    if (name == spec.format) dataset.set_format(format);
  }
  if (dataset.format() == v1::DATASET_FORMAT_UNSPECIFIED) {
    return InvalidArgument(
        "dataset format: expected npz, npy, idx, csv, tfrecord or image_folder, received '{}'",
        spec.format);
  }
  if (!spec.options.is_null()) dataset.set_options_json(spec.options.Dump());
  return dataset;
}

}  // namespace tricorn::client
