#include "tests/simulation/world.h"

#include <utility>

#include "core/base/status.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/state/invariants.h"
#include "server/state/reason.h"

namespace tricorn::simulation {
namespace {

using server::Effects;
using server::Event;

server::MachineOptions Options() {
  server::MachineOptions options;
  options.lease_duration = absl::Seconds(2);
  options.events_per_snapshot = 100;
  return options;
}

const Logger& Silence() {
  static const Logger logger("simulation", [](std::string_view) {});
  return logger;
}

std::string Serialize(const server::State& state) {
  std::string bytes;
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    CHECK(server::ToSnapshot(state).SerializeToCodedStream(&coded));
  }
  return bytes;
}

// Who speaks, if the event is a trainer's.
const tricorn::v1::Trainer* TrainerOf(const Event& event) {
  if (event.has_report_progress()) return &event.report_progress().trainer();
  if (event.has_commit_checkpoint()) return &event.commit_checkpoint().trainer();
  if (event.has_report_result()) return &event.report_result().trainer();
  if (event.has_report_failure()) return &event.report_failure().trainer();
  if (event.has_set_key()) return &event.set_key().trainer();
  return nullptr;
}

}  // namespace

World::World(uint64_t seed, const Weather& weather)
    : random_(seed), weather_(weather), log_([this] { return Happens(weather_.log_refusal); }) {
  Recover();
  After(absl::Milliseconds(100), [] {});
}

void World::After(absl::Duration delay, std::function<void()> run) {
  queue_[{now_ + delay, ++last_ticket_}] = std::move(run);
}

void World::RunUntil(absl::Time end, const std::function<bool()>& done) {
  while (!queue_.empty() && queue_.begin()->first.first <= end && violation_.empty() && !done()) {
    auto next = queue_.extract(queue_.begin());
    now_ = next.key().first;
    next.mapped()();
  }
}

void World::Deliver(std::function<void()> message) {
  const auto delay = [&] { return weather_.max_delay * random_.UniformDouble(); };
  if (Happens(weather_.drop)) return;
  if (Happens(weather_.duplicate)) After(delay(), message);
  After(delay(), std::move(message));
}

void World::Call(const Event& event, Reply reply) {
  Deliver([this, event, reply = std::move(reply)] {
    if (machine_ == nullptr) return;
    batch_.emplace_back(event, reply);
    if (batch_.size() > 1) return;
    After(absl::Milliseconds(Below(3)), [this, life = life_] {
      if (life == life_) Flush();
    });
  });
}

void World::CallUntilAnswered(const Event& event, std::function<bool()> wanted,
                              std::function<bool()> connected, Reply reply) {
  auto answered = std::make_shared<bool>(false);
  auto attempt = std::make_shared<std::function<void()>>();
  // The function refers to itself weakly; what is scheduled keeps it.
  *attempt = [this, event, wanted, connected, reply, answered,
              weak = std::weak_ptr<std::function<void()>>(attempt)] {
    if (*answered || !wanted()) return;
    if (connected()) {
      Call(event, [answered, connected, reply](const Effects& effects) {
        const bool refused = server::ReasonOf(effects.status) == server::kLogUnavailable;
        if (*answered || refused || !connected()) return;
        *answered = true;
        reply(effects);
      });
    }
    After(absl::Milliseconds(200 + Below(200)), [again = weak.lock()] { (*again)(); });
  };
  (*attempt)();
}

void World::Ask(std::function<void(server::Machine& machine)> at_coordinator) {
  Deliver([this, at_coordinator = std::move(at_coordinator)] {
    if (machine_ != nullptr) at_coordinator(*machine_);
  });
}

void World::Flush() {
  if (machine_ == nullptr || batch_.empty()) return;
  const auto batch = std::exchange(batch_, {});
  std::vector<Event> events;
  for (const auto& [event, reply] : batch) events.push_back(event);
  const std::vector<Effects> effects = machine_->Commit(events, now_);
  events_ += static_cast<int64_t>(events.size());
  for (size_t i = 0; i < events.size(); ++i) CheckAccepted(events[i], effects[i]);
  const absl::Status status = server::CheckInvariants(machine_->state());
  if (!status.ok()) Violate(std::string(status.message()));
  for (size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].second == nullptr) continue;
    Deliver([reply = batch[i].second, effects = effects[i]] { reply(effects); });
  }
}

void World::CheckAccepted(const Event& event, const Effects& effects) {
  const tricorn::v1::Trainer* trainer = TrainerOf(event);
  if (trainer == nullptr || !effects.status.ok() || !effects.changed) return;
  int64_t& newest = accepted_generation_[trainer->job()];
  if (trainer->generation() < newest) {
    Violate(fmt::format("{}: accepted generation {} after {}", trainer->job(),
                        trainer->generation(), newest));
  }
  newest = std::max(newest, trainer->generation());
}

void World::CrashCoordinator(absl::Duration away) {
  if (machine_ == nullptr) return;
  last_committed_ = Serialize(machine_->state());
  machine_.reset();
  batch_.clear();
  ++life_;
  ++crashes_;
  After(away, [this] { Recover(); });
}

void World::Recover() {
  auto machine = server::Machine::Recover(log_, Options(), Silence(), now_);
  if (!machine.ok()) {
    Violate(machine.status().ToString());
    return;
  }
  machine_ = *std::move(machine);
  if (!last_committed_.empty() && Serialize(machine_->state()) != last_committed_) {
    Violate("the replayed state differs from the one before the crash");
  }
  // Timers of this life.
  auto tick = std::make_shared<std::function<void()>>();
  *tick = [this, life = life_, weak = std::weak_ptr<std::function<void()>>(tick)] {
    if (life != life_) return;
    for (Event& event : machine_->Due(now_)) batch_.emplace_back(std::move(event), nullptr);
    Flush();
    After(absl::Milliseconds(200), [again = weak.lock()] { (*again)(); });
  };
  (*tick)();
}

const server::State& World::state() {
  CHECK(machine_ != nullptr);
  return machine_->state();
}

void World::Violate(const std::string& what) {
  if (!violation_.empty()) return;
  violation_ = fmt::format("{} (at {})", what,
                           absl::FormatDuration(now_ - absl::FromUnixSeconds(1'700'000'000)));
}

}  // namespace tricorn::simulation
