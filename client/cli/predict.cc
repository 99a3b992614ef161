#include <CLI/CLI.hpp>
#include <algorithm>
#include <climits>
#include <deque>
#include <future>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/follow.h"
#include "client/cli/job_arguments.h"
#include "client/cli/rows.h"
#include "client/cli/terminal/exit_code.h"
#include "client/lib/job_handle.h"
#include "client/lib/output_file.h"
#include "core/base/status.h"
#include "core/tensor/npy.h"

namespace tricorn::cli {
namespace {

constexpr size_t kRequestsInFlight = 8;

struct PredictArguments {
  std::string model;
  std::string rows;
  std::string output;
  int batch_size = 32;
  double wait_s = 120;
  bool as_job = false;
  bool detach = false;
  DataArguments data{""};
  JobArguments job;
};

// All rows, in requests of batch_size of which several are under way.
absl::StatusOr<client::Prediction> PredictRows(const client::Client& client,
                                               const PredictArguments& arguments,
                                               const Dataset& dataset, const RowInterval& rows) {
  client::CallOptions call;
  call.timeout = absl::Seconds(arguments.wait_s);
  call.cancellation = std::make_shared<client::Cancellation>();
  std::deque<std::future<absl::StatusOr<client::Prediction>>> in_flight;
  std::vector<std::vector<Tensor>> parts;
  client::Prediction whole;
  int64_t next = rows.begin;
  while (next < rows.end || !in_flight.empty()) {
    if (next < rows.end && in_flight.size() < kRequestsInFlight) {
      const int64_t end = std::min(rows.end, next + arguments.batch_size);
      ASSIGN_OR_RETURN(const auto inputs, InputRows(dataset, next, end));
      in_flight.push_back(client.PredictAsync(arguments.model, inputs, call));
      next = end;
      continue;
    }
    absl::StatusOr<client::Prediction> part = in_flight.front().get();
    in_flight.pop_front();
    if (!part.ok()) {
      call.cancellation->Cancel();
      return part.status();
    }
    whole.model_version = part->model_version;
    parts.resize(part->outputs.size());
    whole.outputs.resize(part->outputs.size());
    for (size_t i = 0; i < part->outputs.size(); ++i) {
      whole.outputs[i].name = part->outputs[i].name;
      parts[i].push_back(part->outputs[i].tensor);
    }
  }
  for (size_t i = 0; i < parts.size(); ++i) {
    ASSIGN_OR_RETURN(whole.outputs[i].tensor, ConcatenateRows(parts[i]));
  }
  return whole;
}

// A line a row: its values, or of a long vector the largest and where it is.
std::string Describe(const Tensor& output, int64_t first_row) {
  std::string text;
  const int64_t num_rows = output.shape().rank() == 0 ? 0 : output.shape()[0];
  const int64_t size = num_rows == 0 ? 0 : output.num_elements() / num_rows;
  for (int64_t row = 0; row < num_rows; ++row) {
    int64_t best = 0;
    std::string values;
    for (int64_t i = 0; i < size; ++i) {
      if (output.At(row * size + i) > output.At(row * size + best)) best = i;
      if (i < 12) values += fmt::format(" {:.4f}", output.At(row * size + i));
    }
    text += fmt::format("{}{}: ", text.empty() ? "" : "\n", first_row + row);
    if (size > 1) text += fmt::format("argmax {} ", best);
    text += fmt::format("[{}{}]", values.empty() ? "" : values.substr(1), size > 12 ? " ..." : "");
  }
  return text;
}

absl::Status WriteOutputs(const client::Prediction& prediction, const std::string& path) {
  if (prediction.outputs.size() != 1) {
    return InvalidArgument("--output {}: expected a model of one output, received {} outputs", path,
                           prediction.outputs.size());
  }
  ASSIGN_OR_RETURN(const std::string npy, WriteNpy(prediction.outputs[0].tensor));
  ASSIGN_OR_RETURN(const auto output, client::OutputFile::Create(path));
  RETURN_IF_ERROR(output->file().Append(npy));
  return output->Commit();
}

absl::StatusOr<int> PredictAsJob(const Session& session, const PredictArguments& arguments) {
  client::PredictJobRequest request;
  request.batch_size = arguments.batch_size;
  ASSIGN_OR_RETURN(request.model, ModelArgument(arguments.model));
  ASSIGN_OR_RETURN(request.data, arguments.data.Source());
  ASSIGN_OR_RETURN(request.job, arguments.job.Options());
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  client::CallOptions call;
  call.request_id = arguments.job.request_id;
  ASSIGN_OR_RETURN(const client::JobHandle job, client.PredictJob(request, call));
  if (arguments.detach) {
    session.Print(Json::MakeObject({{"name", job.name()}}), job.name());
    return kExitDone;
  }
  ASSIGN_OR_RETURN(const int exit_code, FollowJob(session, client, job.name()));
  if (exit_code != kExitDone || arguments.output.empty()) return exit_code;
  ASSIGN_OR_RETURN(const client::Job done, job.Get());
  const auto& files = done.result->predictions;
  const CancelOnInterrupt interrupted(session.interrupts);
  client::CallOptions fetch;
  fetch.cancellation = interrupted.cancellation();
  for (size_t i = 0; i < files.size(); ++i) {
    const std::string path =
        files.size() == 1 ? arguments.output : fmt::format("{}.{}", arguments.output, i);
    RETURN_IF_ERROR(client.DownloadBlob(files[i].blob, path, fetch));
    if (!session.json) session.Print({}, path);
  }
  return exit_code;
}

absl::Status CheckTarget(const std::string& target) {
  if (target.starts_with("deployments/")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const client::ModelSource model, ModelArgument(target));
  if (model.kind == client::ModelSource::Kind::kStored) return absl::OkStatus();
  return InvalidArgument(
      "{}: expected a stored model (tricorn models upload NAME FILE), or --job, received a file",
      target);
}

absl::StatusOr<int> Predict(const Session& session, const PredictArguments& arguments) {
  if (arguments.as_job) return PredictAsJob(session, arguments);
  if (arguments.detach) return InvalidArgument("--detach: expected --job with it, received none");
  RETURN_IF_ERROR(CheckTarget(arguments.model));
  RowInterval rows;
  if (!arguments.rows.empty()) {
    ASSIGN_OR_RETURN(rows, ParseRows(arguments.rows));
  }
  ASSIGN_OR_RETURN(const client::DataSource source, arguments.data.Source());
  if (!source.stored.empty()) {
    return InvalidArgument("--data {}: expected files, or --job, received a stored dataset",
                           source.stored);
  }
  ASSIGN_OR_RETURN(const Dataset dataset, ReadDataset(Env::Posix(), source.files));
  rows.end = std::min(rows.end, dataset.num_rows());
  if (rows.begin >= rows.end) {
    return InvalidArgument("rows: expected to begin below {}, received {}", dataset.num_rows(),
                           rows.begin);
  }
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  ASSIGN_OR_RETURN(const client::Prediction prediction,
                   PredictRows(client, arguments, dataset, rows));
  if (!arguments.output.empty()) {
    const CancelOnInterrupt interrupted(session.interrupts);  // not in the middle of a file
    RETURN_IF_ERROR(WriteOutputs(prediction, arguments.output));
  }
  Json reply = Json::MakeObject({{"model_version", prediction.model_version}});
  Json outputs = Json::MakeObject({});
  std::string text;
  for (const client::NamedTensor& output : prediction.outputs) {
    if (prediction.outputs.size() > 1) text += output.name + ":\n";
    text += Describe(output.tensor, rows.begin) + "\n";
    Json values = NestedJson(output.tensor);
    if (prediction.outputs.size() == 1) reply.Set("predictions", values);
    outputs.Set(output.name, std::move(values));
  }
  if (prediction.outputs.size() > 1) reply.Set("outputs", std::move(outputs));
  if (!text.empty()) text.pop_back();
  session.Print(reply, arguments.output.empty() ? text : arguments.output);
  return kExitDone;
}

}  // namespace

void AddPredict(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<PredictArguments>();
  CLI::App& command =
      AddCommand(app, session, "predict",
                 "Predictions of a stored model, online; with --job of a whole dataset",
                 "tricorn predict my-model --x images.npy --rows 0:8 --json | jq '.predictions'",
                 [&session, arguments] { return Predict(session, *arguments); });
  command
      .add_option("MODEL", arguments->model,
                  "my-model, models/my-model/versions/3 or deployments/NAME")
      ->required();
  arguments->data.AddTo(command);
  command.add_option("--rows,--limit", arguments->rows, "How many, or BEGIN:END [all]");
  command.add_option("--batch-size", arguments->batch_size, "Rows in a request")
      ->check(CLI::Range(1, INT_MAX))
      ->capture_default_str();
  command.add_option("--output,-o", arguments->output,
                     "Write an .npy (with --job the .npz) instead of printing");
  command.add_option("--wait", arguments->wait_s, "Seconds that loading and predicting may take")
      ->check(CLI::Range(0.1, 86400.0))
      ->capture_default_str();
  command.add_flag("--job", arguments->as_job, "Run as a batch job and wait for it");
  command.add_flag("--detach", arguments->detach, "With --job: do not wait");
  arguments->job.AddTo(command);
}

}  // namespace tricorn::cli
