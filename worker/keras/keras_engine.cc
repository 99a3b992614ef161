#include "worker/keras/keras_engine.h"

#include <utility>

#include "core/base/status.h"
#include "worker/keras/evaluate_job.h"
#include "worker/keras/fit_job.h"
#include "worker/keras/job_session.h"
#include "worker/keras/model_source.h"
#include "worker/keras/objects.h"
#include "worker/keras/predict_job.h"

namespace tricorn::worker {
namespace {

absl::StatusOr<EngineResult> RunJob(JobSession& session, EngineEvents& events) {
  switch (session.spec().work_case()) {
    case v1::JobSpec::kFit:
      return RunFitJob(session, events);
    case v1::JobSpec::kEvaluate:
      return RunEvaluateJob(session, events);
    case v1::JobSpec::kPredict:
      return RunPredictJob(session, events);
    case v1::JobSpec::WORK_NOT_SET:
      break;
  }
  return InvalidArgument("job: expected fit, evaluate or predict, received none of them");
}

}  // namespace

absl::StatusOr<EngineResult> KerasEngine::Run(EngineTask task, EngineEvents& events) {
  ASSIGN_OR_RETURN(std::unique_ptr<backend::Device> device, OpenJobDevice(options_, events));
  JobSession session{.task = std::move(task),
                     .device = std::move(device),
                     .trace_directory = options_.trace_directory,
                     .objects = {},
                     .loaded = {}};
  const v1::JobSpec& spec = session.spec();
  ASSIGN_OR_RETURN(session.objects, ObjectsWithPlugins(options_.plugin_directory));
  ASSIGN_OR_RETURN(session.loaded, LoadJobModel(session.task.model, spec.compile_config_json(),
                                                session.task.task.seed(), session.objects));
  session.task.model.clear();
  absl::StatusOr<EngineResult> result = RunJob(session, events);
  if (!result.ok() && session.device_group != nullptr) {
    session.device_group->Abort(result.status());  // the other ranks end with the cause
  }
  return result;
}

}  // namespace tricorn::worker
