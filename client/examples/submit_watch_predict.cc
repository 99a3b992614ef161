// Trains a model on a cluster, watches it, and predicts with the result:
//
//   submit_watch_predict HOST:PORT MODEL.keras IMAGES LABELS

#include <iostream>

#include "client/lib/client.h"
#include "client/lib/job_handle.h"
#include "core/base/status.h"

namespace {

using tricorn::client::Client;
using tricorn::client::DataSource;
using tricorn::client::EpochLogs;
using tricorn::client::FitRequest;
using tricorn::client::Job;
using tricorn::client::JobEvent;
using tricorn::client::JobHandle;
using tricorn::client::ModelSource;
using tricorn::client::Prediction;

absl::Status Run(const std::string& coordinator, const std::string& model,
                 const std::string& images, const std::string& labels) {
  ASSIGN_OR_RETURN(const Client client, Client::Connect({.address = coordinator}));

  FitRequest request;
  request.model = ModelSource::File(model);
  request.data = DataSource::Files({.format = "idx", .files = {{images, "x"}, {labels, "y"}}});
  request.epochs = 2;
  request.batch_size = 128;
  request.job.workers = 2;
  ASSIGN_OR_RETURN(const JobHandle job, client.Fit(request));

  ASSIGN_OR_RETURN(const Job done, job.Wait([](const JobEvent& event) {
    const auto* epoch = std::get_if<EpochLogs>(&event.event);
    if (epoch != nullptr) std::cout << ToJson(*epoch).Dump() << std::endl;
  }));

  const tricorn::Tensor blank(tricorn::DType::kU8, {1, 28, 28});
  ASSIGN_OR_RETURN(const Prediction prediction,
                   client.Predict(done.result->model_version, {{.name = "", .tensor = blank}}));
  std::cout << prediction.outputs[0].tensor.ToString() << std::endl;
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: submit_watch_predict HOST:PORT MODEL.keras IMAGES LABELS\n";
    return 2;
  }
  const absl::Status status = Run(argv[1], argv[2], argv[3], argv[4]);
  if (!status.ok()) std::cerr << status.message() << "\n";
  return status.ok() ? 0 : 1;
}
