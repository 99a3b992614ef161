// Hundreds of model workers against the real coordinator's state, log and leases, in virtual time.
//
//   simulation_test --seeds 200          the seeds 1 to 200
//   simulation_test --seed 17            one of them, as it was
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/status.h"
#include "gtest/gtest.h"
#include "tests/simulation/agent.h"
#include "tests/simulation/world.h"

namespace tricorn::simulation {
namespace {

using server::Effects;
using server::Event;
using server::State;

bool Always() { return true; }

uint64_t first_seed = 1;
uint64_t last_seed = 200;

struct Scenario {
  int workers = 6;
  int jobs = 12;
  absl::Duration storm = absl::Seconds(20);
  double kill_agent = 0.01;  // each 100 ms, like those below
  double kill_process = 0.05;
  double cut_off = 0.01;
  double crash = 0.01;
};

// One run: users submit and cancel, the storm rages, the sky clears, and everything must come to
// its end.
class Story {
 public:
  Story(uint64_t seed, const Scenario& scenario)
      : scenario_(scenario), world_(seed, Weather()), cluster_{world_, {}, {}, {}} {
    for (int i = 0; i < scenario.workers; ++i) {
      agents_.push_back(std::make_unique<Agent>(cluster_, "worker-" + std::to_string(i),
                                                1 + world_.Below(2),
                                                "host-" + std::to_string(world_.Below(4))));
      world_.After(absl::Milliseconds(world_.Below(3000)),
                   [agent = agents_.back().get()] { agent->Start(); });
    }
    for (int i = 0; i < scenario.jobs; ++i) {
      world_.After(absl::Milliseconds(world_.Below(10'000)), [this, i] { Submit(i); });
    }
    world_.After(absl::Milliseconds(500), [this] { Deploy(); });
  }

  std::string Execute() {
    const absl::Time clear = world_.now() + scenario_.storm;
    Storm(clear);
    world_.RunUntil(clear, [] { return false; });
    cluster_.faults = false;
    world_.set_weather(Weather::Fair());
    world_.After(absl::Seconds(2), [this] {
      for (auto& agent : agents_) agent->Start();
    });
    world_.RunUntil(clear + absl::Seconds(5), [] { return false; });
    world_.RunUntil(clear + absl::Minutes(10), [this] { return AllDone(); });
    if (world_.violation().empty()) CheckPromises();
    return world_.violation();
  }

  int64_t events() const { return world_.events(); }
  int64_t crashes() const { return world_.crashes(); }
  int64_t restarts() const { return restarts_; }

 private:
  void Submit(int number) {
    UploadThen([this, number](const std::string& blob) {
      Event event;
      auto& submitted = *event.mutable_create_job();
      submitted.set_seed(7);
      auto& request = *submitted.mutable_request();
      request.set_request_id("request-" + std::to_string(number));
      // A caller that retries makes a new id each time; here every second one names the job.
      request.set_job_id("job-" + std::to_string(number));
      auto& spec = *request.mutable_spec();
      spec.mutable_model()->set_blob(blob);
      auto& fit = *spec.mutable_fit();
      fit.set_epochs(5 + world_.Below(25));
      auto& data = *fit.mutable_data()->mutable_dataset();
      data.set_format(tricorn::v1::DATASET_FORMAT_NPZ);
      auto& file = *data.add_files();
      file.set_path("data.npz");
      file.set_blob(blob);
      const int min_workers = 1 + world_.Below(3);
      spec.mutable_resources()->set_min_workers(min_workers);
      spec.mutable_resources()->set_max_workers(min_workers + world_.Below(3));
      spec.set_virtual_shards(8);
      spec.set_priority(world_.Below(3));
      spec.set_queue("queue-" + std::to_string(world_.Below(2)));
      spec.mutable_retry_policy()->set_max_failures(1'000'000);
      world_.CallUntilAnswered(event, Always, Always, [this](const Effects& effects) {
        if (!effects.status.ok()) {
          world_.Violate("a job was refused: " + effects.status.ToString());
          return;
        }
        acknowledged_.insert(effects.name);
        if (world_.Below(5) == 0) Cancel(effects.name);
      });
    });
  }

  void Cancel(const std::string& name) {
    world_.After(absl::Milliseconds(world_.Below(5000)), [this, name] {
      Event event;
      event.mutable_cancel_job()->set_name(name);
      event.mutable_cancel_job()->set_request_id("cancel-" + name);
      world_.CallUntilAnswered(event, Always, Always, [this, name](const Effects& effects) {
        if (effects.status.ok()) cancelled_.insert(name);
      });
    });
  }

  void UploadThen(std::function<void(const std::string& blob)> then) {
    std::string sha256 = std::to_string(world_.Below(1'000'000));
    sha256.insert(0, 64 - sha256.size(), 'f');
    Event event;
    event.mutable_blob_stored()->set_sha256(sha256);
    event.mutable_blob_stored()->set_size_bytes(3);
    world_.CallUntilAnswered(event, Always, Always,
                             [then, sha256](const Effects&) { then("blobs/" + sha256); });
  }

  void Deploy() {
    UploadThen([this](const std::string& blob) {
      Event event;
      auto& version = *event.mutable_create_model_version();
      version.set_parent("models/served");
      version.set_allow_missing(true);
      version.mutable_model_version()->set_blob(blob);
      version.set_request_id("version");
      world_.CallUntilAnswered(event, Always, Always, [this](const Effects& effects) {
        Event deploy;
        auto& request = *deploy.mutable_create_deployment();
        request.set_deployment_id("served");
        request.set_request_id("deploy");
        request.mutable_deployment()->set_model_version(effects.name);
        request.mutable_deployment()->set_replica_count(2);
        world_.CallUntilAnswered(deploy, Always, Always, [](const Effects&) {});
      });
    });
  }

  void Storm(absl::Time end) {
    if (world_.now() >= end) return;
    auto one_of = [&] {
      return agents_[static_cast<size_t>(world_.Below(static_cast<int>(agents_.size())))].get();
    };
    if (world_.Happens(scenario_.kill_agent)) {
      Agent* agent = one_of();
      agent->Kill();
      world_.After(absl::Milliseconds(world_.Below(8000)), [agent] { agent->Start(); });
    }
    if (world_.Happens(scenario_.kill_process)) one_of()->KillOneProcess();
    if (world_.Happens(scenario_.cut_off)) {
      one_of()->CutOff(absl::Milliseconds(world_.Below(8000)));
    }
    if (world_.Happens(scenario_.crash)) {
      world_.CrashCoordinator(absl::Milliseconds(world_.Below(3000)));
    }
    world_.After(absl::Milliseconds(100), [this, end] { Storm(end); });
  }

  bool AllDone() {
    if (static_cast<int>(acknowledged_.size()) < scenario_.jobs) return false;
    const auto& deployments = world_.state().deployments;
    const auto served = deployments.find("served");
    if (served == deployments.end()) return false;
    // Three failures without success between give a deployment up; chance may bring them.
    const auto& deployment = served->second.deployment();
    int ready = 0;
    for (const auto& replica : deployment.replicas()) ready += replica.ready();
    if (deployment.state() != tricorn::v1::DEPLOYMENT_STATE_FAILED && ready < 2) return false;
    return world_.state().active_jobs.empty();
  }

  void CheckPromises() {
    const State& state = world_.state();
    if (!AllDone()) {
      std::string pending;
      for (const std::string& id : state.active_jobs) {
        const auto& job = state.jobs.at(id).job();
        pending += fmt::format(" {} is {} ({});", id, tricorn::v1::JobState_Name(job.state()),
                               job.pending_reason());
      }
      world_.Violate(fmt::format("not everything came to its end: {} of {} acknowledged;{}",
                                 acknowledged_.size(), scenario_.jobs, pending));
    }
    if (state.jobs.size() != acknowledged_.size()) {
      world_.Violate(
          fmt::format("{} jobs for {} requests", state.jobs.size(), acknowledged_.size()));
    }
    for (const std::string& name : acknowledged_) {
      const server::JobRecord* record = server::Find(state.jobs, name.substr(5));
      if (record == nullptr) {
        world_.Violate(name + ": was acknowledged and is lost");
        continue;
      }
      const bool cancelled = cancelled_.contains(name);
      const auto expected =
          cancelled ? tricorn::v1::JOB_STATE_CANCELLED : tricorn::v1::JOB_STATE_SUCCEEDED;
      if (record->job().state() != expected) {
        world_.Violate(fmt::format("{}: expected {}, is {}", name,
                                   tricorn::v1::JobState_Name(expected),
                                   tricorn::v1::JobState_Name(record->job().state())));
      }
      restarts_ += record->job().restarts();
      CheckResult(state, *record);
    }
  }

  // One version for each job that succeeded, and the one its trainer was promised.
  void CheckResult(const State& state, const server::JobRecord& record) {
    const std::string& name = record.job().name();
    std::vector<std::string> blobs;
    for (const auto& [id, model] : state.models) {
      for (const auto& version : model.versions()) {
        if (version.source_job() == name) blobs.push_back("blobs/" + version.blob().substr(6));
      }
    }
    const bool succeeded = record.job().state() == tricorn::v1::JOB_STATE_SUCCEEDED;
    if (blobs.size() != (succeeded ? 1u : 0u)) {
      world_.Violate(fmt::format("{}: has {} results", name, blobs.size()));
    }
    const auto promised = cluster_.promised_result.find(name);
    if (promised != cluster_.promised_result.end() && succeeded && blobs[0] != promised->second) {
      world_.Violate(name + ": its result is not the one that was acknowledged");
    }
  }

  const Scenario scenario_;
  World world_;
  Cluster cluster_;
  std::vector<std::unique_ptr<Agent>> agents_;
  std::set<std::string> acknowledged_;
  std::set<std::string> cancelled_;
  int64_t restarts_ = 0;
};

TEST(Simulation, EveryPromiseIsKeptInEveryStorm) {
  int64_t events = 0, crashes = 0, restarts = 0;
  for (uint64_t seed = first_seed; seed <= last_seed; ++seed) {
    Story run(seed, Scenario());
    const std::string violation = run.Execute();
    ASSERT_EQ(violation, "") << "reproduce with --seed " << seed;
    events += run.events();
    crashes += run.crashes();
    restarts += run.restarts();
  }
  // The storm is one.
  if (last_seed - first_seed >= 20) {
    EXPECT_GT(crashes, 20);
    EXPECT_GT(restarts, 100);
  }
  std::printf("%lld events, %lld crashes of the coordinator, %lld restarts of jobs\n",
              static_cast<long long>(events), static_cast<long long>(crashes),
              static_cast<long long>(restarts));
}

TEST(Simulation, HundredsOfWorkers) {
  Scenario scenario;
  scenario.workers = 300;
  scenario.jobs = 150;
  scenario.storm = absl::Seconds(10);
  scenario.kill_agent = 0.5;
  scenario.kill_process = 0.9;
  scenario.cut_off = 0.3;
  Story story(first_seed, scenario);
  ASSERT_EQ(story.Execute(), "") << "reproduce with --seed " << first_seed;
  EXPECT_GT(story.restarts(), 20);
}

}  // namespace

void SetSeeds(uint64_t first, uint64_t last) {
  first_seed = first;
  last_seed = last;
}

}  // namespace tricorn::simulation

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (flag == "--seed") tricorn::simulation::SetSeeds(value, value);
    if (flag == "--seeds") tricorn::simulation::SetSeeds(1, value);
  }
  return RUN_ALL_TESTS();
}
