#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/random.h"
#include "server/coordinator/machine.h"
#include "tests/simulation/memory_log.h"

namespace tricorn::simulation {

// What goes wrong, as probabilities.
struct Weather {
  double drop = 0.05;         // of each message
  double duplicate = 0.05;    // of each message
  double log_refusal = 0.02;  // of each batch
  absl::Duration max_delay = absl::Milliseconds(80);
  static Weather Fair() { return {0, 0, 0, absl::Milliseconds(5)}; }
};

// Virtual time, a network that loses, delays and repeats, and the coordinator, which may crash and
// comes back from its log. Everything follows from the seed.
class World {
 public:
  using Reply = std::function<void(const server::Effects& effects)>;

  World(uint64_t seed, const Weather& weather);

  absl::Time now() const { return now_; }
  void set_weather(const Weather& weather) { weather_ = weather; }
  bool Happens(double probability) { return random_.UniformDouble() < probability; }
  int Below(int bound) { return static_cast<int>(random_.Below(static_cast<uint64_t>(bound))); }
  std::string Name(const std::string& prefix) { return prefix + std::to_string(++last_name_); }

  void After(absl::Duration delay, std::function<void()> run);
  // Runs what is due until the time has come or `done` says so.
  void RunUntil(absl::Time end, const std::function<bool()>& done);

  // Sends an event to the coordinator; the reply comes back, once or twice or never.
  void Call(const server::Event& event, Reply reply);
  // Again and again until there is an answer that is not the log's refusal, or `wanted` says no.
  // While `connected` says no, messages are lost both ways.
  void CallUntilAnswered(const server::Event& event, std::function<bool()> wanted,
                         std::function<bool()> connected, Reply reply);
  // A look at the state or a heartbeat, over the same network.
  void Ask(std::function<void(server::Machine& machine)> at_coordinator);
  // One message on its way back.
  void Deliver(std::function<void()> message);

  void CrashCoordinator(absl::Duration away);
  // The recovered state, or the present one. Valid until time goes on.
  const server::State& state();

  // What was found broken: the first, with the time.
  const std::string& violation() const { return violation_; }
  void Violate(const std::string& what);
  int64_t events() const { return events_; }
  int64_t crashes() const { return crashes_; }

 private:
  void Flush();
  void Recover();
  void CheckAccepted(const server::Event& event, const server::Effects& effects);

  absl::Time now_ = absl::FromUnixSeconds(1'700'000'000);
  PhiloxStream random_;
  Weather weather_;
  int64_t last_name_ = 0;
  int64_t last_ticket_ = 0;
  std::map<std::pair<absl::Time, int64_t>, std::function<void()>> queue_;

  MemoryLog log_;
  std::unique_ptr<server::Machine> machine_;
  int64_t life_ = 0;            // counts the coordinator's processes
  std::string last_committed_;  // serialized snapshot
  std::vector<std::pair<server::Event, Reply>> batch_;
  std::map<std::string, int64_t> accepted_generation_;
  std::string violation_;
  int64_t events_ = 0;
  int64_t crashes_ = 0;
};

}  // namespace tricorn::simulation
