#include "worker/keras/job_session.h"

#include <algorithm>

#include "core/base/status.h"

namespace tricorn::worker {
namespace {

constexpr size_t kUnbuiltVariables = 2;  // iteration and learning_rate

}  // namespace

keras::Distribution DistributionOf(const EngineTask& task) {
  keras::Distribution distribution;
  const int shards = task.task.virtual_shards();
  if (shards <= 1) {
    distribution.threads_per_shard = task.threads;
    return distribution;
  }
  const v1::Resources& resources = task.task.spec().resources();
  const int workers = std::max({1, resources.min_workers(), resources.max_workers()});
  distribution.communicator = &task.communicator;
  distribution.threads_per_shard = std::max(1, resources.threads_per_worker() * workers / shards);
  distribution.concurrent_shards = std::max(1, task.threads / distribution.threads_per_shard);
  return distribution;
}

absl::StatusOr<std::unique_ptr<keras::Trainer>> MakeTrainer(JobSession& session,
                                                            EngineEvents& events) {
  ASSIGN_OR_RETURN(auto trainer, keras::Trainer::Create(session.model(), session.device,
                                                        DistributionOf(session.task)));
  const std::vector<Tensor>& saved = session.loaded.optimizer.variables;
  const size_t expected = trainer->optimizer().variables().size();
  if (saved.size() == expected) {
    RETURN_IF_ERROR(trainer->SetOptimizerState(saved));
  } else if (saved.size() > kUnbuiltVariables) {
    events.OnLog(v1::LogLine::SEVERITY_WARNING,
                 fmt::format("optimizer: starts anew, for the archive holds {} variables of it and "
                             "{} were expected",
                             saved.size(), expected));
  }
  return trainer;
}

int64_t BatchSizeOr(int64_t given, int64_t rows) {
  return given > 0 ? given : std::min(kDefaultBatchSize, rows);
}

}  // namespace tricorn::worker
