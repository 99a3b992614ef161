#include "server/coordinator/coordinator.h"

#include <utility>

#include "core/base/status.h"

namespace tricorn::server {
namespace {

constexpr absl::Duration kDueInterval = absl::Milliseconds(200);
// Bounds one batch, and so how long its first event waits.
constexpr size_t kMaxBatch = 256;

}  // namespace

absl::StatusOr<std::unique_ptr<Coordinator>> Coordinator::Start(EventLog& log,
                                                                CoordinatorOptions options,
                                                                const Logger& logger,
                                                                const Clock& clock) {
  ASSIGN_OR_RETURN(std::unique_ptr<Machine> machine,
                   Machine::Recover(log, options.machine, logger, clock.Now()));
  return std::unique_ptr<Coordinator>(
      new Coordinator(log, std::move(options), logger, clock, std::move(machine)));
}

Coordinator::Coordinator(EventLog& log, CoordinatorOptions options, const Logger& logger,
                         const Clock& clock, std::unique_ptr<Machine> machine)
    : log_(log),
      options_(std::move(options)),
      logger_(logger),
      clock_(clock),
      start_time_(clock.Now()),
      machine_(std::move(machine)) {
  thread_ = std::thread([this] { Loop(); });
}

Coordinator::~Coordinator() {
  {
    MutexLock lock(&mu_);
    stopping_ = true;
    work_.Signal();
  }
  thread_.join();
}

void Coordinator::Enqueue(Item item) {
  MutexLock lock(&mu_);
  queue_.push_back(std::move(item));
  work_.Signal();
}

void Coordinator::Submit(Event event, Answer answer) {
  Enqueue({std::move(event), std::move(answer), nullptr});
}

void Coordinator::Read(std::function<void(const View&)> read) {
  Enqueue({{}, nullptr, [this, read = std::move(read)] { read(ViewNow()); }});
}

void Coordinator::Heartbeat(std::string worker_id, std::string incarnation,
                            std::vector<std::string> running,
                            std::function<void(const absl::Status&)> answer) {
  Enqueue({{},
           nullptr,
           [this, worker_id = std::move(worker_id), incarnation = std::move(incarnation),
            running = std::move(running), answer = std::move(answer)] {
             answer(machine_->Heartbeat(worker_id, incarnation, running, clock_.Now()));
           }});
}

void Coordinator::UseDeployment(std::string deployment_id) {
  Enqueue({{}, nullptr, [this, id = std::move(deployment_id)] {
             machine_->UseDeployment(id, clock_.Now());
           }});
}

void Coordinator::RunAfter(absl::Duration delay, std::function<void()> run) {
  MutexLock lock(&mu_);
  timers_.emplace(clock_.Now() + delay, std::move(run));
  timer_added_ = true;
  work_.Signal();
}

void Coordinator::Loop() {
  while (true) {
    std::deque<Item> items;
    bool stopping = false;
    {
      MutexLock lock(&mu_);
      absl::Time until = next_due_;
      if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
      while (!HasWork() && !work_.WaitWithDeadline(&mu_, until)) {
      }
      items.swap(queue_);
      timer_added_ = false;
      stopping = stopping_;
    }
    Process(std::move(items));
    if (stopping) return;
    RunTimers();
    if (clock_.Now() >= next_due_) SubmitDue();
  }
}

void Coordinator::Process(std::deque<Item> items) {
  std::vector<Item> batch;
  auto flush = [&] {
    if (!batch.empty()) CommitAndAnswer(std::exchange(batch, {}));
  };
  for (Item& item : items) {
    if (item.run != nullptr) {
      flush();
      item.run();
      continue;
    }
    batch.push_back(std::move(item));
    if (batch.size() >= kMaxBatch) flush();
  }
  flush();
}

void Coordinator::CommitAndAnswer(std::vector<Item> items) {
  std::vector<Event> events;
  for (Item& item : items) events.push_back(std::move(item.event));
  const std::vector<Effects> effects = machine_->Commit(events, clock_.Now());
  for (size_t i = 0; i < items.size(); ++i) {
    NoteProgress(events[i], effects[i]);
    if (items[i].answer != nullptr) {
      items[i].answer(effects[i], ViewNow());
    }
    Perform(effects[i]);
  }
}

void Coordinator::NoteProgress(const Event& event, const Effects& effects) {
  if (!effects.status.ok() || !event.has_report_progress()) return;
  const auto& request = event.report_progress();
  if (request.trainer().rank() != 0 || !request.has_progress()) return;
  const std::string& job = request.trainer().job();
  live_progress_[job.substr(job.find('/') + 1)] = request.progress();
  Poke(job);
}

void Coordinator::Perform(const Effects& effects) {
  if (effects.changed) options_.observe(effects);
  for (const FeedEntry& entry : effects.feed) {
    if (!entry.event.has_job()) continue;
    const tricorn::v1::Job& job = entry.event.job();
    logger_.Info("job changed", {{"job", job.name()},
                                 {"state", tricorn::v1::JobState_Name(job.state())},
                                 {"generation", job.generation()},
                                 {"pending_reason", job.pending_reason()},
                                 {"failure", job.failure().message()}});
  }
  for (const std::string& job_id : effects.changed_jobs) {
    const JobRecord* record = Find(machine_->state().jobs, job_id);
    if (record == nullptr || record->gang().empty()) live_progress_.erase(job_id);
    Poke("jobs/" + job_id);
  }
  for (const std::string& worker_id : effects.changed_workers) Poke("workers/" + worker_id);
  for (const std::string& sha256 : effects.forgotten_blobs) options_.forget_blob(sha256);
}

void Coordinator::RunTimers() {
  std::vector<std::function<void()>> due;
  {
    MutexLock lock(&mu_);
    const auto end = timers_.upper_bound(clock_.Now());
    for (auto it = timers_.begin(); it != end; ++it) due.push_back(std::move(it->second));
    timers_.erase(timers_.begin(), end);
  }
  for (const auto& run : due) run();
}

void Coordinator::SubmitDue() {
  const absl::Time now = clock_.Now();
  // A slow disk, or a process that was stopped: heartbeats wait in the queue.
  const absl::Duration late = now - std::max(next_due_, start_time_);
  if (late > options_.machine.lease_duration / 4) {
    logger_.Warning("the coordinator was held up", {{"seconds", absl::ToDoubleSeconds(late)}});
    machine_->ExtendLeases(late);
  }
  next_due_ = now + kDueInterval;
  std::vector<Item> items;
  for (Event& event : machine_->Due(now)) {
    if (event.has_worker_lost()) {
      logger_.Warning("worker lost", {{"worker", event.worker_lost().worker_id()},
                                      {"reason", event.worker_lost().reason()}});
    }
    items.push_back({std::move(event), nullptr, nullptr});
  }
  if (!items.empty()) CommitAndAnswer(std::move(items));
}

int64_t Coordinator::Subscribe(std::string topic, std::function<void(const View&)> poke) {
  MutexLock lock(&poke_mu_);
  const int64_t id = ++last_subscription_;
  by_topic_.emplace(topic, id);
  subscriptions_[id] = {std::move(topic),
                        std::make_shared<std::function<void(const View&)>>(std::move(poke))};
  return id;
}

void Coordinator::Erase(int64_t subscription) {
  const auto found = subscriptions_.find(subscription);
  if (found == subscriptions_.end()) return;
  auto [begin, end] = by_topic_.equal_range(found->second.topic);
  for (auto it = begin; it != end; ++it) {
    if (it->second != subscription) continue;
    by_topic_.erase(it);
    break;
  }
  subscriptions_.erase(found);
}

void Coordinator::Unsubscribe(int64_t subscription) {
  if (poking_ && std::this_thread::get_id() == thread_.get_id()) {
    Erase(subscription);
    return;
  }
  MutexLock lock(&poke_mu_);
  Erase(subscription);
}

void Coordinator::Poke(const std::string& topic) {
  MutexLock lock(&poke_mu_);
  poking_ = true;
  std::vector<int64_t> ids;
  auto [begin, end] = by_topic_.equal_range(topic);
  for (auto it = begin; it != end; ++it) ids.push_back(it->second);
  for (int64_t id : ids) {
    const auto found = subscriptions_.find(id);
    if (found == subscriptions_.end()) continue;
    const std::shared_ptr<std::function<void(const View&)>> poke = found->second.poke;
    (*poke)(ViewNow());
  }
  poking_ = false;
}

}  // namespace tricorn::server
