#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/base/mutex.h"
#include "server/coordinator/machine.h"
#include "tricorn/v1/job.pb.h"

namespace tricorn::server {

struct CoordinatorOptions {
  MachineOptions machine;
  // Called on the coordinator's thread for every blob that is forgotten: delete its file.
  std::function<void(const std::string& sha256)> forget_blob = [](const std::string&) {};
  // Called on the coordinator's thread for every event that changed something, once it is on disk.
  std::function<void(const Effects& effects)> observe = [](const Effects&) {};
};

// The shell around the machine: one thread owns it and a queue feeds it. Events that wait together
// share one sync of the log. Callbacks run on that thread and must not block.
class Coordinator {
 public:
  // What is not in the state and may be lost: shown where the state is shown.
  struct View {
    const State& state;
    const std::map<std::string, tricorn::v1::Progress>& live_progress;  // by job id
    const Machine& machine;
  };
  using Answer = std::function<void(const Effects& effects, const View& view)>;

  static absl::StatusOr<std::unique_ptr<Coordinator>> Start(EventLog& log,
                                                            CoordinatorOptions options,
                                                            const Logger& logger,
                                                            const Clock& clock = Clock::Real());
  // Answers everything that was submitted, then ends the thread.
  ~Coordinator();

  // `answer` comes when the event is on disk, or was refused (effects.status).
  void Submit(Event event, Answer answer);
  void Read(std::function<void(const View&)> read);
  void Heartbeat(std::string worker_id, std::string incarnation, std::vector<std::string> running,
                 std::function<void(const absl::Status&)> answer);
  void UseDeployment(std::string deployment_id);
  void RunAfter(absl::Duration delay, std::function<void()> run);

  // Calls `poke` on the coordinator's thread after every change of the topic, "jobs/{id}" or
  // "workers/{id}", until Unsubscribe; once Unsubscribe has returned, `poke` neither runs nor will,
  // unless it is the caller.
  int64_t Subscribe(std::string topic, std::function<void(const View&)> poke);
  void Unsubscribe(int64_t subscription) ABSL_NO_THREAD_SAFETY_ANALYSIS;

  EventLog& log() { return log_; }
  const Clock& clock() const { return clock_; }

 private:
  struct Item {
    Event event;
    Answer answer;
    std::function<void()> run;  // instead of an event
  };
  struct Subscription {
    std::string topic;
    std::shared_ptr<std::function<void(const View&)>> poke;
  };

  Coordinator(EventLog& log, CoordinatorOptions options, const Logger& logger, const Clock& clock,
              std::unique_ptr<Machine> machine);
  void Loop();
  void Enqueue(Item item);
  // Items are in order: events before one function are committed before it runs.
  void Process(std::deque<Item> items);
  void CommitAndAnswer(std::vector<Item> items);
  void NoteProgress(const Event& event, const Effects& effects);
  void Perform(const Effects& effects);
  void Poke(const std::string& topic);
  void Erase(int64_t subscription) ABSL_EXCLUSIVE_LOCKS_REQUIRED(poke_mu_);
  void RunTimers();
  void SubmitDue();
  View ViewNow() const { return {machine_->state(), live_progress_, *machine_}; }
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_) {
    return stopping_ || !queue_.empty() || timer_added_;
  }

  EventLog& log_;
  const CoordinatorOptions options_;
  const Logger logger_;
  const Clock& clock_;
  const absl::Time start_time_;

  // Of the thread.
  std::unique_ptr<Machine> machine_;
  std::map<std::string, tricorn::v1::Progress> live_progress_;
  absl::Time next_due_ = absl::InfinitePast();

  Mutex mu_;
  CondVar work_;
  std::deque<Item> queue_ ABSL_GUARDED_BY(mu_);
  std::multimap<absl::Time, std::function<void()>> timers_ ABSL_GUARDED_BY(mu_);
  bool timer_added_ ABSL_GUARDED_BY(mu_) = false;
  bool stopping_ ABSL_GUARDED_BY(mu_) = false;

  // Held while a poke runs, so that Unsubscribe waits for it; a poke itself may unsubscribe.
  Mutex poke_mu_;
  std::atomic<bool> poking_ = false;
  std::map<int64_t, Subscription> subscriptions_ ABSL_GUARDED_BY(poke_mu_);
  std::multimap<std::string, int64_t> by_topic_ ABSL_GUARDED_BY(poke_mu_);
  int64_t last_subscription_ ABSL_GUARDED_BY(poke_mu_) = 0;

  std::thread thread_;
};

}  // namespace tricorn::server
