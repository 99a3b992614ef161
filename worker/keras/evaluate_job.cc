#include "worker/keras/evaluate_job.h"

#include "core/base/status.h"

namespace tricorn::worker {

absl::StatusOr<EngineResult> RunEvaluateJob(JobSession& session, EngineEvents& events) {
  const v1::EvaluateArgs& args = session.spec().evaluate();
  ASSIGN_OR_RETURN(const auto trainer, MakeTrainer(session, events));
  v1::Progress progress;
  progress.set_phase("evaluation");
  events.OnProgress(progress);
  keras::EvaluateOptions options;
  options.batch_size = BatchSizeOr(args.batch_size(), session.task.data.num_rows());
  if (args.steps() > 0) options.steps = args.steps();
  ASSIGN_OR_RETURN(const keras::Logs logs, trainer->Evaluate(session.task.data, options));
  EngineResult result;
  if (session.leads()) result.metrics = logs;
  return result;
}

}  // namespace tricorn::worker
