#include "worker/keras/trace_callback.h"

#include <algorithm>
#include <utility>

#include "core/backend/cuda_loader.h"
#include "core/base/env.h"
#include "core/base/status.h"

namespace tricorn::worker {
namespace {

std::string FileName(const v1::TrainerTask& task) {
  std::string job = task.job().substr(task.job().rfind('/') + 1);
  return fmt::format("{}.rank{}.trace.json", job, task.rank());
}

}  // namespace

TraceCallback::TraceCallback(std::string directory, const v1::TrainerTask& task,
                             EngineEvents& events)
    : path_(JoinPath(directory, FileName(task))), events_(events) {}

absl::Status TraceCallback::OnBatchBegin(keras::Trainer&, const keras::Progress&) {
  if (steps_ != kFirstStep) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<backend::Trace>> trace = backend::StartCudaTrace();
  if (trace.ok()) {
    trace_ = *std::move(trace);
  } else {
    events_.OnLog(v1::LogLine::SEVERITY_WARNING, std::string(trace.status().message()));
  }
  return absl::OkStatus();
}

absl::Status TraceCallback::OnBatchEnd(keras::Trainer& trainer, const keras::Progress& progress) {
  ++steps_;
  const bool ends = steps_ == kFirstStep + kSteps || progress.step == progress.steps;
  if (trace_ == nullptr || !ends) return absl::OkStatus();
  const absl::Status finished = Finish(trainer);
  trace_.reset();
  events_.OnLog(finished.ok() ? v1::LogLine::SEVERITY_INFO : v1::LogLine::SEVERITY_WARNING,
                finished.ok() ? fmt::format("timeline of the GPU: {}", path_)
                              : std::string(finished.message()));
  return absl::OkStatus();
}

absl::Status TraceCallback::Finish(keras::Trainer& trainer) {
  RETURN_IF_ERROR(trainer.CurrentLogs().status());  // waits for the steps
  ASSIGN_OR_RETURN(const std::vector<backend::TraceEvent> events, trace_->Stop());
  return Env::Posix().WriteFileAtomically(path_, backend::ChromeTrace(events));
}

}  // namespace tricorn::worker
