#pragma once

#include <map>
#include <memory>
#include <string>

#include "tests/simulation/world.h"
#include "tricorn/v1/worker.pb.h"

namespace tricorn::simulation {

class Agent;

// What trainers share beside the network: whose process lives, and what was promised to whom.
struct Cluster {
  World& world;
  // Ids of the assignments whose process lives, however cut off.
  std::map<std::string, int> live;
  // By job: the newest checkpoint a trainer was told is committed.
  std::map<std::string, int64_t> promised_step;
  // By job: times a trainer was told that its result stands.
  std::map<std::string, std::string> promised_result;
  bool faults = true;
};

// A trainer or predictor process of the simulation. It does what a real one does, one message at a
// time: meet the gang, step, checkpoint, report.
class Process : public std::enable_shared_from_this<Process> {
 public:
  Process(Cluster& cluster, Agent& agent, tricorn::v1::Assignment assignment);
  void Start();
  void Kill();
  bool alive() const { return alive_; }

 private:
  void Meet();
  void Step();
  void Checkpoint();
  void Finish();
  void Serve();
  // Speaks to the coordinator for as long as the process lives; told that it is stale, it dies.
  void Say(const server::Event& event, std::function<void(const server::Effects&)> then);
  tricorn::v1::Trainer Self() const;
  void StoreBlob(std::function<void(const std::string& blob)> then);
  void Exit(int exit_code);

  Cluster& cluster_;
  World& world_;
  Agent& agent_;
  const tricorn::v1::Assignment assignment_;
  bool alive_ = true;
  int64_t step_ = 0;
  int64_t report_ = 0;
};

// A worker agent of the simulation, as proto/tricorn/v1/worker.proto tells agents to live.
class Agent {
 public:
  Agent(Cluster& cluster, std::string id, int slots, std::string host);

  void Start();
  // kill -9: the agent and its processes are gone.
  void Kill();
  // Messages of the agent and of its processes are lost for a while.
  void CutOff(absl::Duration duration) { cut_until_ = cluster_.world.now() + duration; }
  bool up() const { return up_; }
  bool cut() const { return cluster_.world.now() < cut_until_; }
  void KillOneProcess();
  void ProcessExited(const std::string& assignment_id, int exit_code);
  const std::string& id() const { return id_; }
  const std::string& incarnation() const { return incarnation_; }

 private:
  void Register();
  void Beat();
  void Reconcile(const tricorn::v1::AssignmentSet& set);

  Cluster& cluster_;
  const std::string id_;
  const int slots_;
  const std::string host_;
  std::string incarnation_;
  bool up_ = false;
  bool registered_ = false;
  absl::Time cut_until_ = absl::InfinitePast();
  int64_t revision_ = 0;
  std::map<std::string, std::shared_ptr<Process>> processes_;
};

}  // namespace tricorn::simulation
