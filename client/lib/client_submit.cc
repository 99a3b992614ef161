#include <utility>

#include "client/lib/client_impl.h"
#include "client/lib/job_handle.h"
#include "client/lib/names.h"
#include "core/base/status.h"
#include "tricorn/v1/job.grpc.pb.h"

namespace tricorn::client {
namespace {

// A job's request on its way: what all kinds have, uploads included.
class Submission {
 public:
  Submission(const Client& client, const Client::Impl& impl, const CallOptions& call)
      : client_(client), impl_(impl), call_(call) {}

  v1::JobSpec& spec() { return *request_.mutable_spec(); }

  absl::Status SetModel(const ModelSource& source) {
    v1::ModelSource& model = *spec().mutable_model();
    if (source.kind == ModelSource::Kind::kStored) {
      model.set_version(VersionName(source.value));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(*model.mutable_blob(), impl_.Upload(source, call_));
    return absl::OkStatus();
  }

  absl::Status SetData(const DataSource& source, v1::DatasetSource* data) {
    if (!source.stored.empty()) {
      data->set_name(ResourceName("datasets", source.stored));
      return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(*data->mutable_dataset(), impl_.Upload(source.files, call_));
    return absl::OkStatus();
  }

  absl::StatusOr<JobHandle> Submit(const JobOptions& options) {
    request_.set_job_id(options.job_id);
    request_.set_request_id(RequestId(call_));
    v1::Resources& resources = *spec().mutable_resources();
    resources.set_min_workers(options.workers);
    resources.set_max_workers(options.workers);
    resources.set_threads_per_worker(options.threads);
    spec().set_virtual_shards(options.virtual_shards);
    spec().set_determinism(options.exact ? v1::DETERMINISM_EXACT : v1::DETERMINISM_FAST);
    spec().set_priority(options.priority);
    spec().set_queue(options.queue);
    spec().set_compile_config_json(options.compile_config_json);
    ASSIGN_OR_RETURN(
        const v1::Job job,
        impl_.Call<v1::JobService>(&v1::JobService::StubInterface::async_interface::CreateJob,
                                   std::move(request_), call_));
    return client_.FindJob(job.name());
  }

 private:
  const Client& client_;
  const Client::Impl& impl_;
  const CallOptions& call_;
  v1::CreateJobRequest request_;
};

}  // namespace

absl::StatusOr<JobHandle> Client::Fit(const FitRequest& request, const CallOptions& options) const {
  Submission submission(*this, *impl_, options);
  v1::FitArgs& fit = *submission.spec().mutable_fit();
  fit.set_batch_size(request.batch_size);
  fit.set_epochs(request.epochs);
  fit.set_initial_epoch(request.initial_epoch);
  fit.set_shuffle(request.shuffle);
  if (request.seed) fit.set_seed(*request.seed);
  for (const auto& [index, weight] : request.class_weight) {
    (*fit.mutable_class_weight())[index] = weight;
  }
  fit.set_steps_per_epoch(request.steps_per_epoch);
  fit.set_validation_split(request.validation_split);
  fit.set_validation_batch_size(request.validation_batch_size);
  fit.set_validation_steps(request.validation_steps);
  fit.set_validation_freq(request.validation_freq);
  fit.set_remat(request.remat);
  fit.set_shard_optimizer_state(request.shard_optimizer_state);
  for (const Json& callback : request.callbacks) fit.add_callbacks_json(callback.Dump());
  if (!request.output_model.empty()) {
    submission.spec().set_output_model(ResourceName("models", request.output_model));
  }
  v1::CheckpointPolicy& checkpoints = *submission.spec().mutable_checkpoint_policy();
  checkpoints.set_every_epochs(request.checkpoint_every_epochs);
  checkpoints.set_every_steps(request.checkpoint_every_steps);
  RETURN_IF_ERROR(submission.SetModel(request.model));
  RETURN_IF_ERROR(submission.SetData(request.data, fit.mutable_data()));
  if (request.validation_data) {
    RETURN_IF_ERROR(submission.SetData(*request.validation_data, fit.mutable_validation_data()));
  }
  return submission.Submit(request.job);
}

absl::StatusOr<JobHandle> Client::Evaluate(const EvaluateRequest& request,
                                           const CallOptions& options) const {
  Submission submission(*this, *impl_, options);
  v1::EvaluateArgs& evaluate = *submission.spec().mutable_evaluate();
  evaluate.set_batch_size(request.batch_size);
  evaluate.set_steps(request.steps);
  RETURN_IF_ERROR(submission.SetModel(request.model));
  RETURN_IF_ERROR(submission.SetData(request.data, evaluate.mutable_data()));
  return submission.Submit(request.job);
}

absl::StatusOr<JobHandle> Client::PredictJob(const PredictJobRequest& request,
                                             const CallOptions& options) const {
  Submission submission(*this, *impl_, options);
  v1::PredictArgs& predict = *submission.spec().mutable_predict();
  predict.set_batch_size(request.batch_size);
  predict.set_steps(request.steps);
  RETURN_IF_ERROR(submission.SetModel(request.model));
  RETURN_IF_ERROR(submission.SetData(request.data, predict.mutable_data()));
  return submission.Submit(request.job);
}

}  // namespace tricorn::client
