#include <CLI/CLI.hpp>
#include <climits>
#include <memory>

#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/follow.h"
#include "client/cli/job_arguments.h"
#include "client/cli/terminal/exit_code.h"
#include "client/lib/job_handle.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

struct EvaluateArguments {
  std::string model;
  client::EvaluateRequest request;
  bool detach = false;
  DataArguments data{""};
  JobArguments job;
};

absl::StatusOr<int> Evaluate(const Session& session, EvaluateArguments& arguments) {
  client::EvaluateRequest& request = arguments.request;
  ASSIGN_OR_RETURN(request.model, ModelArgument(arguments.model));
  ASSIGN_OR_RETURN(request.data, arguments.data.Source());
  ASSIGN_OR_RETURN(request.job, arguments.job.Options());
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  client::CallOptions call;
  call.request_id = arguments.job.request_id;
  ASSIGN_OR_RETURN(const client::JobHandle job, client.Evaluate(request, call));
  if (!arguments.detach) return FollowJob(session, client, job.name());
  session.Print(Json::MakeObject({{"name", job.name()}}), job.name());
  return kExitDone;
}

}  // namespace

void AddEvaluate(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<EvaluateArguments>();
  CLI::App& command =
      AddCommand(app, session, "evaluate", "Loss and metrics of a model: Keras's Model.evaluate",
                 "tricorn evaluate my-model --x test-images.gz --y test-labels.gz --batch-size 256",
                 [&session, arguments] { return Evaluate(session, *arguments); });
  command.add_option("MODEL", arguments->model, "A .keras file, or a stored model's name")
      ->required();
  command.add_flag("--detach", arguments->detach, "Do not wait for the result");
  arguments->data.AddTo(command);
  command.add_option("--batch-size", arguments->request.batch_size)
      ->check(CLI::Range(1, INT_MAX))
      ->capture_default_str();
  command.add_option("--steps", arguments->request.steps, "0: all batches");
  arguments->job.AddTo(command);
}

}  // namespace tricorn::cli
