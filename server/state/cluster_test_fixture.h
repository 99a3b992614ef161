#pragma once

#include <string>
#include <utility>

#include "core/base/sha256.h"
#include "gtest/gtest.h"
#include "server/state/assignments.h"
#include "server/state/invariants.h"
#include "server/state/transition.h"

namespace tricorn::server {

// For tests: a state, a clock that only moves when told, and short ways to make things happen.
class ClusterTest : public ::testing::Test {
 protected:
  Effects Apply(const Event& event) {
    Step step = Transition(std::move(state_), event, now_);
    state_ = std::move(step.state);
    const absl::Status invariants = CheckInvariants(state_);
    EXPECT_TRUE(invariants.ok()) << invariants;
    return std::move(step.effects);
  }

  std::string Store(const std::string& content) {
    Event event;
    event.mutable_blob_stored()->set_sha256(Sha256Hex(content));
    event.mutable_blob_stored()->set_size_bytes(static_cast<int64_t>(content.size()));
    EXPECT_TRUE(Apply(event).status.ok());
    return "blobs/" + Sha256Hex(content);
  }

  Event FitEvent(const std::string& id, int min_workers = 1, int max_workers = 0) {
    Event event;
    JobSubmitted& submitted = *event.mutable_create_job();
    submitted.set_seed(42);
    submitted.mutable_request()->set_job_id(id);
    auto& spec = *submitted.mutable_request()->mutable_spec();
    spec.mutable_model()->set_blob(Store("model"));
    spec.mutable_fit()->set_epochs(3);
    auto& data = *spec.mutable_fit()->mutable_data()->mutable_dataset();
    data.set_format(tricorn::v1::DATASET_FORMAT_NPZ);
    auto& file = *data.add_files();
    file.set_path("data.npz");
    file.set_blob(Store("data"));
    spec.mutable_resources()->set_min_workers(min_workers);
    spec.mutable_resources()->set_max_workers(max_workers);
    return event;
  }
  void Submit(const std::string& id, int min_workers = 1, int max_workers = 0) {
    const Effects effects = Apply(FitEvent(id, min_workers, max_workers));
    EXPECT_TRUE(effects.status.ok()) << effects.status;
  }
  absl::Status Cancel(const std::string& id) {
    Event event;
    event.mutable_cancel_job()->set_name("jobs/" + id);
    return Apply(event).status;
  }

  Effects Register(const std::string& id, const std::string& incarnation = "one", int slots = 1) {
    Event event;
    auto& request = *event.mutable_register_worker();
    request.set_worker_id(id);
    request.set_incarnation(incarnation);
    request.set_host_id("host");
    request.mutable_capacity()->set_slots(slots);
    request.mutable_capacity()->set_predictor_slots(1);
    request.mutable_capacity()->set_threads(4);
    return Apply(event);
  }
  void Lose(const std::string& id, const std::string& incarnation = "one") {
    Event event;
    event.mutable_worker_lost()->set_worker_id(id);
    event.mutable_worker_lost()->set_incarnation(incarnation);
    event.mutable_worker_lost()->set_reason("gone");
    EXPECT_TRUE(Apply(event).status.ok());
  }
  void Tick() {
    Event event;
    event.mutable_tick();
    EXPECT_TRUE(Apply(event).status.ok());
  }

  Effects Exit(const std::string& worker, const std::string& assignment, int exit_code) {
    Event event;
    auto& request = *event.mutable_report_exit();
    request.set_worker_id(worker);
    request.set_incarnation("one");
    request.set_assignment_id(assignment);
    request.set_exit_code(exit_code);
    return Apply(event);
  }
  tricorn::v1::Trainer Speaker(const std::string& id, int64_t generation, int rank = 0) {
    tricorn::v1::Trainer trainer;
    trainer.set_job("jobs/" + id);
    trainer.set_generation(generation);
    trainer.set_rank(rank);
    return trainer;
  }
  Effects Fail(const std::string& id, int64_t generation, bool retryable = true) {
    Event event;
    auto& request = *event.mutable_report_failure();
    *request.mutable_trainer() = Speaker(id, generation);
    request.mutable_failure()->set_message("it broke");
    request.mutable_failure()->set_retryable(retryable);
    return Apply(event);
  }
  Effects Commit(const std::string& id, int64_t generation, int64_t step, int epoch) {
    const std::string blob = Store("checkpoint " + std::to_string(step));
    Event event;
    auto& request = *event.mutable_commit_checkpoint();
    *request.mutable_trainer() = Speaker(id, generation);
    request.mutable_checkpoint()->set_global_step(step);
    request.mutable_checkpoint()->set_epoch(epoch);
    auto& file = *request.mutable_checkpoint()->add_files();
    file.set_path("state");
    file.set_blob(blob);
    for (int i = 0; i < epoch; ++i) request.add_history()->set_epoch(i);
    return Apply(event);
  }
  Effects Finish(const std::string& id, int64_t generation) {
    const std::string blob = Store("trained " + id);
    Event event;
    auto& request = *event.mutable_report_result();
    *request.mutable_trainer() = Speaker(id, generation);
    request.set_model_blob(blob);
    return Apply(event);
  }

  const tricorn::v1::Job& Job(const std::string& id) { return state_.jobs.at(id).job(); }
  int64_t References(const std::string& content) {
    return state_.blobs.at(Sha256Hex(content)).references();
  }

  State state_;
  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
};

}  // namespace tricorn::server
