#pragma once

#include <functional>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/lib/call_options.h"
#include "client/lib/job.h"
#include "client/lib/requests.h"
#include "client/lib/resources.h"
#include "core/base/env.h"

namespace tricorn::client {

class JobHandle;

struct ClientOptions {
  std::string address = "127.0.0.1:7470";  // host:port of the coordinator
  // Paths of PEM files. tls_ca: whom to trust, and TLS at all; the others: who we are.
  std::string tls_ca = {};
  std::string tls_certificate = {};
  std::string tls_key = {};
  // Of a call with all its repetitions.
  absl::Duration timeout = absl::Seconds(30);
  // How long watching a job and moving a blob wait for a coordinator that is away.
  absl::Duration patience = absl::Minutes(5);
};

// A coordinator as its users see it. Copies share the connection. For any thread.
//
// Every call may be repeated without harm and is, when the coordinator is away, until its timeout;
// mutations carry a request_id. Names may be given short, "fashion-cnn" for "models/fashion-cnn".
// Errors have the coordinator's code and message, which names subject, expected and received;
// Unavailable or DeadlineExceeded when there is no answer.
class Client {
 public:
  // Errors: Unavailable when nobody answers at the address within the timeout.
  static absl::StatusOr<Client> Connect(ClientOptions options = {});

  const std::string& address() const;
  absl::StatusOr<ServerInfo> GetServerInfo(const CallOptions& options = {}) const;
  absl::StatusOr<std::vector<Worker>> ListWorkers(const CallOptions& options = {}) const;

  // Blobs: immutable bytes named `blobs/{sha256}`. Transfers go on where a broken one ended, and
  // content that is already there is not sent.
  absl::StatusOr<std::string> UploadBlob(const RandomAccessFile& file,
                                         const CallOptions& options = {}) const;
  absl::StatusOr<std::string> UploadBlob(std::string_view content,
                                         const CallOptions& options = {}) const;
  // Appends the verified content to `file`. Errors: NotFound, DataLoss, what the disk says.
  absl::Status DownloadBlob(const std::string& blob, WritableFile& file,
                            const CallOptions& options = {}) const;
  // As a whole or not at all: output_file.h.
  absl::Status DownloadBlob(const std::string& blob, const std::string& path,
                            const CallOptions& options = {}) const;

  // Stores the files under a name. They are read first, so that what is wrong with them is said
  // here. Errors: AlreadyExists; those of ReadDataset.
  absl::StatusOr<DatasetInfo> UploadDataset(const std::string& dataset_id, const DatasetSpec& spec,
                                            const CallOptions& options = {}) const;
  absl::StatusOr<std::vector<DatasetInfo>> ListDatasets(const CallOptions& options = {}) const;
  absl::Status DeleteDataset(const std::string& name, const CallOptions& options = {}) const;

  // Adds a version to a model, which is made when missing.
  absl::StatusOr<ModelVersion> UploadModel(const std::string& model_id, const ModelSource& source,
                                           const CallOptions& options = {}) const;
  absl::StatusOr<std::vector<Model>> ListModels(const CallOptions& options = {}) const;
  // Newest first.
  absl::StatusOr<std::vector<ModelVersion>> ListModelVersions(
      const std::string& model, const CallOptions& options = {}) const;
  // Of "fashion-cnn" the latest version.
  absl::StatusOr<ModelVersion> GetModelVersion(const std::string& name,
                                               const CallOptions& options = {}) const;
  // A model with all its versions, or one version. Errors: FailedPrecondition (it is in use).
  absl::Status DeleteModel(const std::string& name, const CallOptions& options = {}) const;

  // Jobs. They are on the coordinator's disk when these return.
  absl::StatusOr<JobHandle> Fit(const FitRequest& request, const CallOptions& options = {}) const;
  absl::StatusOr<JobHandle> Evaluate(const EvaluateRequest& request,
                                     const CallOptions& options = {}) const;
  absl::StatusOr<JobHandle> PredictJob(const PredictJobRequest& request,
                                       const CallOptions& options = {}) const;
  // One that was submitted before. Does not ask the coordinator.
  JobHandle FindJob(const std::string& name) const;

  absl::StatusOr<Job> GetJob(const std::string& name, const CallOptions& options = {}) const;
  std::future<absl::StatusOr<Job>> GetJobAsync(const std::string& name,
                                               const CallOptions& options = {}) const;
  // Newest first, without history.
  absl::StatusOr<std::vector<Job>> ListJobs(const CallOptions& options = {}) const;
  // Errors: FailedPrecondition (it has succeeded or failed).
  absl::StatusOr<Job> CancelJob(const std::string& name, const CallOptions& options = {}) const;
  std::future<absl::StatusOr<Job>> CancelJobAsync(const std::string& name,
                                                  const CallOptions& options = {}) const;
  absl::Status DeleteJob(const std::string& name, const CallOptions& options = {}) const;

  // Passes on what happens to a job, from the beginning or after `cursor`, until its end (OK), an
  // error, or `on_event` returns false (OK). A broken stream is opened again after the last event
  // had, for as long as ClientOptions::patience; options.timeout bounds the whole only if given.
  absl::Status WatchJob(const std::string& name, const std::string& cursor,
                        const std::function<bool(const JobEvent&)>& on_event,
                        const CallOptions& options = {}) const;

  // As WatchJob, but only what has happened by now: it does not wait for more.
  absl::Status ReadJobEvents(const std::string& name,
                             const std::function<bool(const JobEvent&)>& on_event,
                             const CallOptions& options = {}) const;

  absl::StatusOr<std::vector<Deployment>> ListDeployments(const CallOptions& options = {}) const;
  absl::Status DeleteDeployment(const std::string& name, const CallOptions& options = {}) const;

  // Online prediction: `target` is a model, a version of one or `deployments/{deployment}`. Waits
  // until a replica has loaded the model. Each input has the batch as its first axis.
  // Errors: NotFound, InvalidArgument (inputs that do not fit the model).
  absl::StatusOr<Prediction> Predict(const std::string& target,
                                     const std::vector<NamedTensor>& inputs,
                                     const CallOptions& options = {}) const;
  std::future<absl::StatusOr<Prediction>> PredictAsync(const std::string& target,
                                                       const std::vector<NamedTensor>& inputs,
                                                       const CallOptions& options = {}) const;

  struct Impl;

 private:
  explicit Client(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

}  // namespace tricorn::client
