#include "worker/keras/job_session.h"

#include <algorithm>
#include <limits>

#include "core/backend/choice/open_device.h"
#include "core/base/status.h"
#include "worker/keras/device_group.h"

namespace tricorn::worker {
namespace {

constexpr size_t kUnbuiltVariables = 2;  // iteration and learning_rate

}  // namespace

absl::StatusOr<std::unique_ptr<backend::Device>> OpenJobDevice(const EngineOptions& options,
                                                               EngineEvents& events) {
  ASSIGN_OR_RETURN(backend::OpenedDevice opened,
                   backend::OpenDevice(options.device, {.allow_tf32 = options.allow_tf32}));
  std::string text = fmt::format("computes on {}", opened.device->platform());
  if (!opened.why_not_cuda.empty()) text += fmt::format(": {}", opened.why_not_cuda);
  events.OnLog(v1::LogLine::SEVERITY_INFO, std::move(text));
  return std::move(opened.device);
}

keras::Distribution DistributionOf(const EngineTask& task) {
  keras::Distribution distribution;
  const int shards = task.task.virtual_shards();
  const v1::Resources& resources = task.task.spec().resources();
  if (shards <= 1) {
    const int asked = resources.threads_per_worker();
    distribution.threads_per_shard = asked > 0 ? asked : task.threads;
    return distribution;
  }
  const int64_t workers = std::max<int64_t>({1, resources.min_workers(), resources.max_workers()});
  distribution.communicator = &task.communicator;
  const int64_t threads = resources.threads_per_worker() * workers / shards;
  distribution.threads_per_shard =
      static_cast<int>(std::clamp<int64_t>(threads, 1, std::numeric_limits<int>::max()));
  distribution.concurrent_shards = std::max(1, task.threads / distribution.threads_per_shard);
  return distribution;
}

absl::StatusOr<std::unique_ptr<keras::Trainer>> MakeTrainer(JobSession& session,
                                                            EngineEvents& events) {
  keras::Distribution distribution = DistributionOf(session.task);
  ASSIGN_OR_RETURN(session.device_group, ConnectGroupOf(session.task, *session.device));
  distribution.device_group = session.device_group.get();
  distribution.shard_optimizer_state = session.spec().fit().shard_optimizer_state();
  ASSIGN_OR_RETURN(auto trainer, keras::Trainer::Create(session.model(), *session.device,
                                                        distribution, session.objects));
  const std::vector<Tensor>& saved = session.loaded.optimizer.variables;
  if (const keras::OptimizerPart* part = trainer->part()) {
    events.OnLog(v1::LogLine::SEVERITY_INFO,
                 fmt::format("optimizer: keeps {} bytes of slots of {}, in {} of {} pieces",
                             part->own_slot_nbytes(), part->all_slot_nbytes(),
                             part->own_pieces().size(), part->pieces().size()));
  }
  const size_t expected = trainer->OptimizerVariables().size();
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
