// Kills processes of a cluster with SIGKILL at seeded moments of a job, and checks that the job
// ends every time with the bits of an undisturbed run.
//
//   kill_test --coordinator PROGRAM --worker PROGRAM [--archive FILE] [--moments 10] [--seed 1]
//
// The worker program is tricorn-worker with --archive, arithmetic_worker without.

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <random>
#include <string>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "tests/integration/kill/cluster.h"
#include "tests/integration/kill/workload.h"

namespace tricorn::tests {
namespace {

struct Flags {
  ClusterOptions cluster;
  std::string archive;
  int moments = 10;
  uint64_t seed = 1;
};

constexpr absl::Duration kJobTimeout = absl::Seconds(90);

// One cluster, and the job that is disturbed on it.
class KillTest : public ::testing::Test {
 public:
  using Disturb = std::function<void(Cluster&, std::mt19937_64&)>;

  KillTest(const Flags& flags, Disturb disturb)
      : flags_(flags),
        workload_(flags.archive.empty() ? ArithmeticWorkload() : KerasWorkload(flags.archive)),
        disturb_(std::move(disturb)) {}

  void SetUp() override {
    char pattern[] = "/tmp/kill_test.XXXXXX";
    flags_.cluster.directory = mkdtemp(pattern);
    cluster_ = std::make_unique<Cluster>(flags_.cluster);
  }
  void TearDown() override {
    if (HasFailure() && cluster_ != nullptr) std::fputs(cluster_->Logs().c_str(), stderr);
    cluster_.reset();
    Env::Posix().RemoveRecursively(flags_.cluster.directory).IgnoreError();
  }

  void TestBody() override {
    // Once for everybody to be there, once for the time and the bits.
    ASSERT_NO_FATAL_FAILURE(RunJob("warm-up", nullptr));
    const absl::Time begin = absl::Now();
    ASSERT_NO_FATAL_FAILURE(RunJob("undisturbed", nullptr));
    const absl::Duration duration = absl::Now() - begin;
    const std::string expected = result_;
    std::mt19937_64 random(flags_.seed);
    for (int moment = 0; moment < flags_.moments; ++moment) {
      const absl::Duration delay = duration * std::uniform_real_distribution<double>(0, 1)(random);
      SCOPED_TRACE(fmt::format("seed {}, moment {}: after {}", flags_.seed, moment,
                               absl::FormatDuration(delay)));
      ASSERT_NO_FATAL_FAILURE(RunJob(fmt::format("disturbed-{}", moment), [&] {
        absl::SleepFor(delay);
        disturb_(*cluster_, random);
      }));
      ASSERT_EQ(result_, expected);
      for (int i = 0; i < flags_.cluster.num_workers; ++i) {
        if (!cluster_->HasAgent(i)) cluster_->StartAgent(i);
      }
    }
  }

 private:
  // Leaves the digest of the result in result_.
  void RunJob(const std::string& id, const std::function<void()>& meanwhile) {
    const auto spec = workload_.make_spec(*cluster_);
    ASSERT_TRUE(spec.ok()) << spec.status();
    v1::CreateJobRequest request;
    request.set_job_id(id);
    request.set_request_id(id);
    *request.mutable_spec() = *spec;
    const auto created = cluster_->CreateJob(request);
    ASSERT_TRUE(created.ok()) << created.status();
    if (meanwhile) meanwhile();
    const auto job = cluster_->WaitForJob(created->name(), kJobTimeout);
    ASSERT_TRUE(job.ok()) << job.status();
    ASSERT_EQ(job->state(), v1::JOB_STATE_SUCCEEDED) << job->ShortDebugString();
    ASSERT_EQ(job->history_size(), workload_.epochs) << job->ShortDebugString();
    const auto version = cluster_->GetModelVersion(job->result().model_version());
    ASSERT_TRUE(version.ok()) << version.status();
    const auto result = cluster_->Download(version->blob());
    ASSERT_TRUE(result.ok()) << result.status();
    const auto digest = workload_.digest(*result);
    ASSERT_TRUE(digest.ok()) << digest.status();
    result_ = *digest;
    std::printf("%s: %d restarts, %d generations\n", id.c_str(), job->restarts(),
                static_cast<int>(job->generation()));
  }

  Flags flags_;
  const Workload workload_;
  const Disturb disturb_;
  std::unique_ptr<Cluster> cluster_;
  std::string result_;
};

void KillATrainer(Cluster& cluster, std::mt19937_64& random) {
  const uint64_t choice = random();
  for (int attempt = 0; attempt < 100; ++attempt) {  // none may run at the very start
    const std::vector<int> pids = cluster.TrainerPids();
    if (!pids.empty()) {
      kill(pids[choice % pids.size()], SIGKILL);
      return;
    }
    absl::SleepFor(absl::Milliseconds(5));
  }
}

// Started again at once, or, every other time, only after the job.
void KillAnAgent(Cluster& cluster, std::mt19937_64& random) {
  const int victim = static_cast<int>(random() % 2);
  const bool comes_back = random() % 2 == 0;
  cluster.KillAgent(victim);
  if (comes_back) cluster.StartAgent(victim);
}

void KillTheCoordinator(Cluster& cluster, std::mt19937_64& random) {
  cluster.KillCoordinator();
  absl::SleepFor(absl::Milliseconds(random() % 500));
  cluster.StartCoordinator();
}

void Register(const char* name, const Flags& flags, KillTest::Disturb disturb) {
  ::testing::RegisterTest("Kill", name, nullptr, nullptr, __FILE__, __LINE__,
                          [flags, disturb]() -> KillTest* { return new KillTest(flags, disturb); });
}

int Main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  Flags flags;
  CLI::App app("Kills processes of a cluster and compares what its jobs end with.", "kill_test");
  app.add_option("--coordinator", flags.cluster.coordinator_program)->required();
  app.add_option("--worker", flags.cluster.worker_program)->required();
  app.add_option("--archive", flags.archive, "A .keras file to train; none: arithmetic");
  app.add_option("--moments", flags.moments, "Kills of each kind")->capture_default_str();
  app.add_option("--seed", flags.seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  Register("TrainerDiesAndTheBitsAreTheSame", flags, KillATrainer);
  Register("AgentDiesAndTheBitsAreTheSame", flags, KillAnAgent);
  Register("CoordinatorDiesAndTheBitsAreTheSame", flags, KillTheCoordinator);
  return RUN_ALL_TESTS();
}

}  // namespace
}  // namespace tricorn::tests

int main(int argc, char** argv) { return tricorn::tests::Main(argc, argv); }
