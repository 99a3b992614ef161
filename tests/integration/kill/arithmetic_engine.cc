#include "tests/integration/kill/arithmetic_engine.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/fields.h"
#include "core/base/json_fields.h"
#include "core/base/status.h"

namespace tricorn::tests {
namespace {

struct Work {
  int64_t weights = 1000;
  int64_t steps = 50;
  int64_t step_ms = 2;
  FIELDS(weights, steps, step_ms)
};

float Addend(float weight, int64_t step, int shard, size_t i) {
  return std::sin(weight + 0.1f * static_cast<float>(step) + 0.37f * static_cast<float>(shard) +
                  0.01f * static_cast<float>(i));
}

absl::Status Step(comm::Communicator& communicator, int64_t step, std::vector<float>& weights) {
  const comm::ShardRange own = communicator.shards();
  std::vector<std::vector<float>> parts;
  std::vector<const std::byte*> pointers;
  for (int shard = own.first; shard < own.last; ++shard) {
    std::vector<float>& part = parts.emplace_back(weights.size());
    for (size_t i = 0; i < weights.size(); ++i) part[i] = Addend(weights[i], step, shard, i);
  }
  for (const std::vector<float>& part : parts) {
    pointers.push_back(reinterpret_cast<const std::byte*>(part.data()));
  }
  std::vector<float> sum(weights.size());
  RETURN_IF_ERROR(communicator.AllReduce(pointers, reinterpret_cast<std::byte*>(sum.data()),
                                         static_cast<int64_t>(sum.size()), DType::kF32));
  for (size_t i = 0; i < weights.size(); ++i) weights[i] += 0.01f * sum[i];
  return absl::OkStatus();
}

std::string Bytes(const std::vector<float>& weights) {
  return std::string(reinterpret_cast<const char*>(weights.data()), weights.size() * sizeof(float));
}

}  // namespace

absl::StatusOr<worker::EngineResult> ArithmeticEngine::Run(worker::EngineTask task,
                                                           worker::EngineEvents& events) {
  ASSIGN_OR_RETURN(const Json json, Json::Parse(task.model));
  Work work;
  RETURN_IF_ERROR(FromJson(json, &work));
  std::vector<float> weights(static_cast<size_t>(work.weights));
  int64_t first_epoch = 0;
  if (task.restore) {
    first_epoch = task.restore->manifest.epoch;
    const std::string& saved = task.restore->files.at("weights");
    CHECK(saved.size() == weights.size() * sizeof(float));
    std::memcpy(weights.data(), saved.data(), saved.size());
  }
  const int epochs = task.task.spec().fit().epochs();
  for (int64_t epoch = first_epoch; epoch < epochs; ++epoch) {
    for (int64_t step = 0; step < work.steps; ++step) {
      RETURN_IF_ERROR(Step(task.communicator, epoch * work.steps + step, weights));
      absl::SleepFor(absl::Milliseconds(work.step_ms));
      v1::Progress progress;
      progress.set_epoch(static_cast<int32_t>(epoch));
      progress.set_epochs(epochs);
      progress.set_step(step + 1);
      progress.set_steps(work.steps);
      progress.set_global_step(epoch * work.steps + step + 1);
      events.OnProgress(std::move(progress));
    }
    v1::EpochLogs logs;
    logs.set_epoch(static_cast<int32_t>(epoch));
    (*logs.mutable_logs())["loss"] = weights[0];
    events.OnEpochEnd(std::move(logs));
    events.OnCheckpoint(
        {.step = (epoch + 1) * work.steps, .epoch = epoch + 1},
        [bytes = Bytes(weights)]() -> absl::StatusOr<std::map<std::string, std::string>> {
          return std::map<std::string, std::string>{{"weights", bytes}};
        });
  }
  return worker::EngineResult{
      .model = Bytes(weights), .metrics = {{"loss", weights[0]}}, .predictions = ""};
}

}  // namespace tricorn::tests
