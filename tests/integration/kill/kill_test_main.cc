// Kills processes of a cluster with SIGKILL at seeded moments of a job, and checks that the job
// ends every time with the bits of an undisturbed run. Every kill ends a process that runs and
// belongs to the job, before the job's end; a moment that comes too late is tried again, earlier.
//
//   kill_test --coordinator PROGRAM --worker PROGRAM [--archive FILE] [--moments 10] [--seed 1]
//
// The worker program is tricorn-worker with --archive, arithmetic_worker without.

#include <gtest/gtest.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "core/base/env.h"
#include "core/base/status.h"
#include "tests/integration/kill/cluster.h"
#include "tests/integration/kill/kill_process.h"
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
constexpr absl::Duration kStartTimeout = absl::Seconds(20);
constexpr int kMaxAttempts = 6;

bool IsFinal(const v1::Job& job) {
  return job.state() == v1::JOB_STATE_SUCCEEDED || job.state() == v1::JOB_STATE_FAILED ||
         job.state() == v1::JOB_STATE_CANCELLED;
}

absl::Time EndOf(const v1::Job& job) {
  return absl::FromUnixSeconds(job.end_time().seconds()) +
         absl::Nanoseconds(job.end_time().nanos());
}

// One cluster, and the job that is disturbed on it.
class KillTest : public ::testing::Test {
 public:
  // Kills a process of the job. NotFound: the job has ended.
  using Disturb =
      std::function<absl::Status(Cluster&, const std::string& job, std::mt19937_64& random)>;

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
      const double part = std::uniform_real_distribution<double>(0, 1)(random);
      SCOPED_TRACE(fmt::format("seed {}, moment {}", flags_.seed, moment));
      absl::Duration delay = duration * part;
      for (int attempt = 0; !DisturbedRun(moment, attempt, delay, random); ++attempt) {
        ASSERT_FALSE(HasFatalFailure());
        ASSERT_LT(attempt, kMaxAttempts) << "no kill came before the job's end";
        delay *= 0.7;
      }
      ASSERT_FALSE(HasFatalFailure());
      ASSERT_EQ(result_, expected);
    }
  }

 private:
  // Whether the kill came before the job's end.
  bool DisturbedRun(int moment, int attempt, absl::Duration delay, std::mt19937_64& random) {
    absl::Status killed;
    absl::Time killed_at;
    RunJob(fmt::format("disturbed-{}-{}", moment, attempt), [&](const std::string& job) {
      absl::SleepFor(delay);
      killed = disturb_(*cluster_, job, random);
      killed_at = absl::Now();
    });
    for (int i = 0; i < flags_.cluster.num_workers; ++i) {
      if (!cluster_->HasAgent(i)) cluster_->StartAgent(i);
    }
    const bool landed = killed.ok() && killed_at < ended_at_;
    std::printf("  after %s: %s\n", absl::FormatDuration(delay).c_str(),
                landed ? "killed before the end" : "came too late");
    EXPECT_TRUE(killed.ok() || absl::IsNotFound(killed)) << killed;
    return landed;
  }

  // Leaves the digest of the result in result_, the job's end in ended_at_.
  void RunJob(const std::string& id, const std::function<void(const std::string&)>& meanwhile) {
    const auto spec = workload_.make_spec(*cluster_);
    ASSERT_TRUE(spec.ok()) << spec.status();
    v1::CreateJobRequest request;
    request.set_job_id(id);
    request.set_request_id(id);
    *request.mutable_spec() = *spec;
    const auto created = cluster_->CreateJob(request);
    ASSERT_TRUE(created.ok()) << created.status();
    if (meanwhile) meanwhile(created->name());
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
    ended_at_ = EndOf(*job);
    std::printf("%s: %d restarts, %d generations\n", id.c_str(), job->restarts(),
                static_cast<int>(job->generation()));
  }

  Flags flags_;
  const Workload workload_;
  const Disturb disturb_;
  std::unique_ptr<Cluster> cluster_;
  std::string result_;
  absl::Time ended_at_;
};

// Calls `attempt` until it returns a status, as long as the job has not ended.
absl::Status UntilTheJobEnds(
    Cluster& cluster, const std::string& job,
    const std::function<std::optional<absl::Status>(const v1::Job&)>& attempt) {
  const absl::Time deadline = absl::Now() + kStartTimeout;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(const v1::Job now, cluster.GetJob(job));
    if (IsFinal(now)) return absl::NotFoundError(job + ": has ended");
    if (const auto status = attempt(now)) return *status;
    absl::SleepFor(absl::Milliseconds(5));
  }
  return absl::DeadlineExceededError(job + ": has nothing to kill");
}

absl::Status KillATrainer(Cluster& cluster, const std::string& job, std::mt19937_64& random) {
  const uint64_t choice = random();
  return UntilTheJobEnds(cluster, job, [&](const v1::Job&) -> std::optional<absl::Status> {
    const std::vector<int> pids = cluster.TrainerPids();  // none at the very start
    if (pids.empty()) return std::nullopt;
    const absl::Status killed = KillRunningProcess(pids[choice % pids.size()]);
    if (absl::IsNotFound(killed)) return std::nullopt;
    return killed;
  });
}

// Agents and coordinators do not end by themselves, trainers do.
absl::Status MustHaveRun(const absl::Status& killed) {
  return absl::IsNotFound(killed) ? absl::InternalError(killed.message()) : killed;
}

// One of the job's gang; started again at once, or, every other time, only after the job.
absl::Status KillAnAgent(Cluster& cluster, const std::string& job, std::mt19937_64& random) {
  const uint64_t choice = random();
  const bool comes_back = random() % 2 == 0;
  return UntilTheJobEnds(cluster, job, [&](const v1::Job& now) -> std::optional<absl::Status> {
    if (now.workers().empty()) return std::nullopt;
    const std::string& name = now.workers(static_cast<int>(choice % now.workers_size()));
    const int victim = name.back() - '0';
    const absl::Status killed = cluster.KillAgent(victim);
    if (comes_back) cluster.StartAgent(victim);
    return MustHaveRun(killed);
  });
}

absl::Status KillTheCoordinator(Cluster& cluster, const std::string&, std::mt19937_64& random) {
  const absl::Status killed = cluster.KillCoordinator();
  absl::SleepFor(absl::Milliseconds(random() % 500));
  cluster.StartCoordinator();
  return MustHaveRun(killed);
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
