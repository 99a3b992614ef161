#include "worker/keras/fit_job.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "core/base/status.h"
#include "worker/keras/fit_callback.h"
#include "worker/keras/job_callbacks.h"
#include "worker/keras/snapshot.h"
#include "worker/keras/trace_callback.h"

namespace tricorn::worker {
namespace {

std::optional<int64_t> Limit(int64_t value) {
  return value > 0 ? std::optional<int64_t>(value) : std::nullopt;
}

absl::StatusOr<keras::FitOptions> OptionsOf(const JobSession& session) {
  const v1::FitArgs& args = session.spec().fit();
  const int64_t rows = session.task.data.num_rows();
  if (args.batch_size() > rows) {
    return InvalidArgument("batch_size: expected at most the {} samples of the data, received {}",
                           rows, args.batch_size());
  }
  keras::FitOptions options;
  options.batch_size = BatchSizeOr(args.batch_size(), rows);
  options.epochs = args.epochs();
  options.initial_epoch = std::max(args.initial_epoch(), session.task.task.restore().epoch());
  options.initial_step = session.task.task.restore().step();
  options.shuffle = !args.has_shuffle() || args.shuffle();
  options.seed = session.task.task.seed();
  options.class_weight = {args.class_weight().begin(), args.class_weight().end()};
  options.validation_split = args.validation_split();
  options.steps_per_epoch = Limit(args.steps_per_epoch());
  options.validation_steps = Limit(args.validation_steps());
  options.validation_batch_size = Limit(args.validation_batch_size());
  options.validation_freq = std::max(1, args.validation_freq());
  options.terminate_on_nan = true;
  if (!args.remat().empty()) {
    ASSIGN_OR_RETURN(options.remat, keras::RematPolicy::Parse(args.remat()));
  }
  return options;
}

}  // namespace

absl::StatusOr<EngineResult> RunFitJob(JobSession& session, EngineEvents& events) {
  ASSIGN_OR_RETURN(const keras::FitOptions options, OptionsOf(session));
  ASSIGN_OR_RETURN(const auto trainer, MakeTrainer(session, events));
  ASSIGN_OR_RETURN(const auto own, MakeJobCallbacks(session.spec().fit(), session.objects));
  Snapshot snapshot;
  if (session.task.restore) {
    ASSIGN_OR_RETURN(snapshot, FromFiles(session.task.restore->files));
    RETURN_IF_ERROR(RestoreSnapshot(snapshot, *trainer));
  }
  FitCallback telling(session.task.task, events, own, std::move(snapshot.callbacks));
  std::vector<keras::Callback*> callbacks;
  for (const auto& callback : own) callbacks.push_back(callback.get());
  callbacks.push_back(&telling);
  std::optional<TraceCallback> tracing;
  if (!session.trace_directory.empty()) {
    callbacks.push_back(&tracing.emplace(session.trace_directory, session.task.task, events));
  }
  const Dataset* validation =
      session.task.validation_data ? &*session.task.validation_data : nullptr;
  ASSIGN_OR_RETURN(const keras::History history,
                   trainer->Fit(session.task.data, validation, options, callbacks));
  // A rank that found nothing left to train must not leave before the others have joined.
  RETURN_IF_ERROR(session.task.communicator.Barrier());
  EngineResult result;
  ASSIGN_OR_RETURN(const std::vector<Tensor> state,
                   trainer->GatherOptimizerState(/*here=*/session.leads()));
  if (!session.leads()) return result;
  for (const auto& [name, values] : history.values) {
    if (!values.empty()) result.metrics[name] = values.back();
  }
  ASSIGN_OR_RETURN(result.model,
                   keras::SaveBytes(session.model(), absl::Now(),
                                    {.name = trainer->optimizer().name(), .variables = state}));
  return result;
}

}  // namespace tricorn::worker
