#include "tests/simulation/agent.h"

#include <set>
#include <utility>

#include "core/base/status.h"
#include "server/state/assignments.h"
#include "server/state/reason.h"

namespace tricorn::simulation {

using server::Effects;
using server::Event;

Agent::Agent(Cluster& cluster, std::string id, int slots, std::string host)
    : cluster_(cluster), id_(std::move(id)), slots_(slots), host_(std::move(host)) {}

void Agent::Start() {
  if (up_) return;
  up_ = true;
  registered_ = false;
  incarnation_ = cluster_.world.Name("incarnation-");
  Register();
  Beat();
}

void Agent::Kill() {
  up_ = false;
  for (auto& [id, process] : processes_) process->Kill();
  processes_.clear();
}

void Agent::Register() {
  revision_ = 0;
  Event event;
  auto& request = *event.mutable_register_worker();
  request.set_worker_id(id_);
  request.set_incarnation(incarnation_);
  request.set_host_id(host_);
  request.mutable_capacity()->set_slots(slots_);
  request.mutable_capacity()->set_predictor_slots(1);
  request.mutable_capacity()->set_threads(slots_);
  cluster_.world.CallUntilAnswered(
      event, [this, life = incarnation_] { return up_ && incarnation_ == life; },
      [this] { return !cut(); },
      [this, life = incarnation_](const Effects& effects) {
        if (incarnation_ == life && effects.status.ok()) registered_ = true;
      });
}

void Agent::Beat() {
  cluster_.world.After(absl::Milliseconds(400), [this, life = incarnation_] {
    if (!up_ || incarnation_ != life) return;
    Beat();
    if (cut()) return;
    if (!registered_) {
      Register();
      return;
    }
    std::vector<std::string> running;
    for (const auto& [id, process] : processes_) running.push_back(id);
    cluster_.world.Ask([this, life, running](server::Machine& machine) {
      const absl::Status status = machine.Heartbeat(id_, life, running, cluster_.world.now());
      tricorn::v1::AssignmentSet set = server::AssignmentsOf(machine.state(), id_);
      cluster_.world.Deliver([this, life, status, set = std::move(set)] {
        if (!up_ || incarnation_ != life || cut()) return;
        if (status.ok()) {
          Reconcile(set);
        } else {
          registered_ = false;
        }
      });
    });
  });
}

void Agent::Reconcile(const tricorn::v1::AssignmentSet& set) {
  if (set.revision() < revision_) return;
  revision_ = set.revision();
  std::set<std::string> wanted;
  for (const auto& assignment : set.assignments()) {
    wanted.insert(assignment.id());
    if (processes_.contains(assignment.id())) continue;
    auto process = std::make_shared<Process>(cluster_, *this, assignment);
    processes_[assignment.id()] = process;
    process->Start();
  }
  for (auto it = processes_.begin(); it != processes_.end();) {
    if (wanted.contains(it->first)) {
      ++it;
      continue;
    }
    it->second->Kill();
    it = processes_.erase(it);
  }
}

void Agent::KillOneProcess() {
  if (processes_.empty()) return;
  auto it = processes_.begin();
  std::advance(it, cluster_.world.Below(static_cast<int>(processes_.size())));
  const std::string id = it->first;
  it->second->Kill();
  ProcessExited(id, 137);
}

void Agent::ProcessExited(const std::string& assignment_id, int exit_code) {
  Event event;
  auto& request = *event.mutable_report_exit();
  request.set_worker_id(id_);
  request.set_incarnation(incarnation_);
  request.set_assignment_id(assignment_id);
  request.set_exit_code(exit_code);
  // Until it is told, the agent must not start the process again: it keeps the dead one.
  cluster_.world.CallUntilAnswered(
      event, [this, life = incarnation_] { return up_ && incarnation_ == life; },
      [this] { return !cut(); }, [](const Effects&) {});
}

Process::Process(Cluster& cluster, Agent& agent, tricorn::v1::Assignment assignment)
    : cluster_(cluster),
      world_(cluster.world),
      agent_(agent),
      assignment_(std::move(assignment)),
      step_(assignment_.trainer().restore().global_step()) {}

void Process::Start() {
  ++cluster_.live[assignment_.id()];
  if (assignment_.has_predictor()) {
    Serve();
    return;
  }
  const std::string& job = assignment_.trainer().job();
  if (step_ < cluster_.promised_step[job]) {
    world_.Violate(fmt::format("{}: {} restores step {}, though {} was committed", job,
                               assignment_.id(), step_, cluster_.promised_step[job]));
  }
  Event event;
  auto& request = *event.mutable_set_key();
  *request.mutable_trainer() = Self();
  request.set_key("rank/" + std::to_string(assignment_.trainer().rank()));
  request.set_value(agent_.id());
  Say(event, [this](const Effects& effects) {
    if (effects.status.ok()) Meet();
  });
}

void Process::Kill() {
  if (!std::exchange(alive_, false)) return;
  --cluster_.live[assignment_.id()];
}

void Process::Exit(int exit_code) {
  if (!alive_) return;
  Kill();
  agent_.ProcessExited(assignment_.id(), exit_code);
}

tricorn::v1::Trainer Process::Self() const {
  tricorn::v1::Trainer self;
  self.set_job(assignment_.trainer().job());
  self.set_generation(assignment_.generation());
  self.set_rank(assignment_.trainer().rank());
  return self;
}

void Process::Say(const Event& event, std::function<void(const Effects&)> then) {
  auto self = shared_from_this();
  world_.CallUntilAnswered(
      event, [self] { return self->alive_; }, [self] { return !self->agent_.cut(); },
      [self, then](const Effects& effects) {
        if (!self->alive_) return;
        if (server::ReasonOf(effects.status) == server::kStaleGeneration) {
          self->Exit(3);
          return;
        }
        then(effects);
      });
}

void Process::Meet() {
  auto self = shared_from_this();
  world_.After(absl::Milliseconds(50), [self] {
    if (!self->alive_) return;
    self->world_.Ask([self](server::Machine& machine) {
      const std::string id = self->assignment_.trainer().job().substr(5);
      const server::JobRecord* record = server::Find(machine.state().jobs, id);
      if (record == nullptr || record->job().generation() != self->assignment_.generation()) return;
      if (record->rendezvous().size() <
          static_cast<size_t>(self->assignment_.trainer().world_size())) {
        return;
      }
      self->world_.Deliver([self] {
        if (self->alive_ && std::exchange(self->report_, 1) == 0) self->Step();
      });
    });
    if (self->report_ == 0) self->Meet();
  });
}

void Process::Step() {
  const auto& task = assignment_.trainer();
  if (task.rank() != 0) return;
  auto self = shared_from_this();
  world_.After(absl::Milliseconds(20 + world_.Below(50)), [self] {
    if (!self->alive_) return;
    const auto& trainer = self->assignment_.trainer();
    // A step needs the whole gang.
    for (int rank = 0; rank < trainer.world_size(); ++rank) {
      const std::string id =
          server::ToString({true, trainer.job().substr(5), self->assignment_.generation(), rank});
      if (self->cluster_.live[id] > 0) continue;
      Event event;
      auto& request = *event.mutable_report_failure();
      *request.mutable_trainer() = self->Self();
      request.mutable_failure()->set_code(14);
      request.mutable_failure()->set_retryable(true);
      request.mutable_failure()->set_message("a peer is gone");
      self->Say(event, [self](const Effects&) { self->Exit(1); });
      return;
    }
    ++self->step_;
    Event event;
    auto& request = *event.mutable_report_progress();
    *request.mutable_trainer() = self->Self();
    request.set_report_number(++self->report_);
    request.mutable_progress()->set_global_step(self->step_);
    request.add_log_lines()->set_text("step");
    self->world_.Call(event, [](const Effects&) {});
    const int64_t per_epoch = 4;
    if (self->step_ >= per_epoch * trainer.spec().fit().epochs()) {
      self->Finish();
    } else if (self->step_ % per_epoch == 0) {
      self->Checkpoint();
    } else {
      self->Step();
    }
  });
}

void Process::StoreBlob(std::function<void(const std::string& blob)> then) {
  std::string sha256 = std::to_string(world_.Below(1'000'000'000));
  sha256.insert(0, 64 - sha256.size(), '0');
  Event event;
  event.mutable_blob_stored()->set_sha256(sha256);
  event.mutable_blob_stored()->set_size_bytes(1);
  Say(event, [then = std::move(then), sha256](const Effects& effects) {
    if (effects.status.ok()) then("blobs/" + sha256);
  });
}

void Process::Checkpoint() {
  auto self = shared_from_this();
  StoreBlob([self](const std::string& blob) {
    Event event;
    auto& request = *event.mutable_commit_checkpoint();
    *request.mutable_trainer() = self->Self();
    request.mutable_checkpoint()->set_global_step(self->step_);
    request.mutable_checkpoint()->set_epoch(static_cast<int>(self->step_ / 4));
    auto& file = *request.mutable_checkpoint()->add_files();
    file.set_path("state");
    file.set_blob(blob);
    self->Say(event, [self](const Effects& effects) {
      if (!effects.status.ok()) {
        self->world_.Violate("checkpoint refused: " + effects.status.ToString());
        return;
      }
      int64_t& promised = self->cluster_.promised_step[self->assignment_.trainer().job()];
      promised = std::max(promised, self->step_);
      self->Step();
    });
  });
}

void Process::Finish() {
  auto self = shared_from_this();
  StoreBlob([self](const std::string& blob) {
    Event event;
    auto& request = *event.mutable_report_result();
    *request.mutable_trainer() = self->Self();
    request.set_model_blob(blob);
    self->Say(event, [self, blob](const Effects& effects) {
      if (!effects.status.ok()) {
        self->world_.Violate("result refused: " + effects.status.ToString());
        return;
      }
      self->cluster_.promised_result[self->assignment_.trainer().job()] = blob;
      self->Exit(0);
    });
  });
}

void Process::Serve() {
  Event event;
  auto& request = *event.mutable_predictor_ready();
  request.set_worker_id(agent_.id());
  request.set_incarnation(agent_.incarnation());
  request.set_assignment_id(assignment_.id());
  request.set_address(agent_.id() + ":1");
  Say(event, [](const Effects&) {});
}

}  // namespace tricorn::simulation
