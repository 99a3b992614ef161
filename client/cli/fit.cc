#include <CLI/CLI.hpp>
#include <climits>
#include <memory>

#include "client/cli/callback_argument.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/follow.h"
#include "client/cli/job_arguments.h"
#include "client/cli/terminal/exit_code.h"
#include "client/cli/terminal/table.h"
#include "client/lib/job_handle.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

struct FitArguments {
  std::string model;
  client::FitRequest request;
  std::optional<uint64_t> seed;
  std::vector<std::string> class_weight;
  std::vector<std::string> callbacks;
  bool no_shuffle = false;
  bool follow = false;
  DataArguments data{""};
  DataArguments validation{"validation-"};
  JobArguments job;
};

absl::Status ParseClassWeights(const std::vector<std::string>& arguments,
                               std::map<int64_t, double>* weights) {
  for (const std::string& argument : arguments) {
    int64_t index = 0;
    double weight = 0;
    char end = 0;
    if (std::sscanf(argument.c_str(), "%ld=%lf%c", &index, &weight, &end) != 2) {
      return InvalidArgument("--class-weight: expected CLASS=WEIGHT, such as 3=0.5, received '{}'",
                             argument);
    }
    (*weights)[index] = weight;
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Fit(const Session& session, FitArguments& arguments) {
  client::FitRequest& request = arguments.request;
  request.shuffle = !arguments.no_shuffle;
  request.seed = arguments.seed;
  RETURN_IF_ERROR(ParseClassWeights(arguments.class_weight, &request.class_weight));
  for (const std::string& callback : arguments.callbacks) {
    ASSIGN_OR_RETURN(Json json, ParseCallback(callback));
    request.callbacks.push_back(std::move(json));
  }
  ASSIGN_OR_RETURN(request.model, ModelArgument(arguments.model));
  ASSIGN_OR_RETURN(request.data, arguments.data.Source());
  if (arguments.validation.given()) {
    ASSIGN_OR_RETURN(request.validation_data, arguments.validation.Source());
  }
  ASSIGN_OR_RETURN(request.job, arguments.job.Options());
  ASSIGN_OR_RETURN(const client::Client client, session.Connect());
  client::CallOptions call;
  call.request_id = arguments.job.request_id;
  ASSIGN_OR_RETURN(const client::JobHandle job, client.Fit(request, call));
  if (arguments.follow) return FollowJob(session, client, job.name());
  session.Print(Json::MakeObject({{"name", job.name()}}),
                job.name() + "\n  watch it: tricorn jobs watch " + ShortName(job.name()));
  return kExitDone;
}

}  // namespace

void AddFit(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<FitArguments>();
  CLI::App& command =
      AddCommand(app, session, "fit", "Train a model: Keras's Model.fit on the cluster",
                 "tricorn fit model.keras --x train-images.gz --y train-labels.gz --epochs 3 \\\n"
                 "    --batch-size 128 --workers 2 --name my-model --follow",
                 [&session, arguments] { return Fit(session, *arguments); });
  client::FitRequest& request = arguments->request;
  command.add_option("MODEL", arguments->model, "A .keras file, or a stored model's name")
      ->required();
  command.add_option("--name", request.output_model,
                     "Model that the result becomes a version of [the stored model, or one named "
                     "after the job]");
  command.add_flag("--follow,-f", arguments->follow,
                   "Show progress until the job ends; Ctrl-C detaches");
  arguments->data.AddTo(command);
  arguments->validation.AddTo(command);
  command.add_option("--epochs", request.epochs)
      ->check(CLI::Range(1, INT_MAX))
      ->capture_default_str();
  command.add_option("--batch-size", request.batch_size, "Of all workers together")
      ->check(CLI::Range(1, INT_MAX))
      ->capture_default_str();
  command.add_flag("--no-shuffle", arguments->no_shuffle, "Take the samples in their order");
  command.add_option("--seed", arguments->seed, "Of shuffling and of random layers [a random one]")
      ->check([](const std::string& seed) {
        return seed.starts_with("-") ? "expected 0 or more, received " + seed : std::string();
      });
  command.add_option("--class-weight", arguments->class_weight, "CLASS=WEIGHT, repeatable");
  command.add_option("--initial-epoch", request.initial_epoch)->capture_default_str();
  command.add_option("--steps-per-epoch", request.steps_per_epoch, "0: all batches")
      ->capture_default_str();
  command.add_option("--validation-split", request.validation_split,
                     "Last fraction of the samples, kept for validation");
  command.add_option("--validation-batch-size", request.validation_batch_size,
                     "0: that of training");
  command.add_option("--validation-steps", request.validation_steps, "0: all batches");
  command.add_option("--validation-freq", request.validation_freq, "Epochs between validations")
      ->capture_default_str();
  command.add_option("--remat", request.remat,
                     "Compute activations again rather than keep them: auto, full, activations, "
                     "larger_than:ELEMENTS, list_of_layers:NAME,NAME [keep all]");
  command.add_flag("--shard-optimizer-state", request.shard_optimizer_state,
                   "Each worker keeps the optimizer's slots for a part of the weights only");
  command.add_option("--callback", arguments->callbacks,
                     "EarlyStopping:monitor=val_loss,patience=3, ReduceLROnPlateau:..., or JSON; "
                     "repeatable");
  command.add_option("--checkpoint-every-epochs", request.checkpoint_every_epochs, "0: each");
  command.add_option("--checkpoint-every-steps", request.checkpoint_every_steps,
                     "Beside those at epochs. 0: none");
  arguments->job.AddTo(command);
}

}  // namespace tricorn::cli
