#include "worker/process/supervisor.h"
#include "core/base/mutex.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <optional>
#include <thread>

#include "absl/time/clock.h"
#include "worker/process/exit_code.h"

namespace tricorn::worker {
namespace {

using ::testing::Test;

ProcessSpec Shell(std::string id, std::string script) {
  return {.id = std::move(id),
          .kind = "shell",
          .program = "/bin/sh",
          .argv = {"sh", "-c", std::move(script)},
          .input = ""};
}

class SupervisorTest : public Test {
 protected:
  void TearDown() override { Shutdown(); }

  void Shutdown() {
    supervisor_.Shutdown();
    if (thread_.joinable()) thread_.join();
  }

  // The end of process `id`, waited for.
  std::optional<ProcessExit> ExitOf(const std::string& id,
                                    absl::Duration timeout = absl::Seconds(20)) {
    MutexLock lock(&mu_);
    auto ended = [&] {
      mu_.AssertHeld();
      return exits_.contains(id);
    };
    if (!mu_.AwaitWithTimeout(ended, timeout)) return std::nullopt;
    return exits_.at(id);
  }
  bool WaitForLine(std::string text) {
    MutexLock lock(&mu_);
    auto seen = [&] {
      mu_.AssertHeld();
      return output_.find(text) != output_.npos;
    };
    return mu_.AwaitWithTimeout(seen, absl::Seconds(20));
  }
  std::string output() {
    MutexLock lock(&mu_);
    return output_;
  }
  int line_count() {
    MutexLock lock(&mu_);
    return line_count_;
  }

  Mutex mu_;
  std::map<std::string, ProcessExit> exits_ ABSL_GUARDED_BY(mu_);
  std::string output_ ABSL_GUARDED_BY(mu_);
  int line_count_ ABSL_GUARDED_BY(mu_) = 0;
  Supervisor supervisor_{{.on_exit =
                              [this](const ProcessExit& exit) {
                                MutexLock lock(&mu_);
                                EXPECT_TRUE(exits_.emplace(exit.id, exit).second) << exit.id;
                              },
                          .on_line =
                              [this](const ProcessSpec&, std::string_view line) {
                                MutexLock lock(&mu_);
                                output_.append(line).append("\n");
                                ++line_count_;
                              }}};
  std::thread thread_{[this] { supervisor_.Run(); }};
};

TEST_F(SupervisorTest, ReportsExitCodeLastLinesAndLastWords) {
  ProcessSpec spec = Shell("a", "cat <&3; echo oops >&2; printf words >&4; exit 7");
  spec.input = "task\n";
  supervisor_.SetWanted({spec});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, 7);
  EXPECT_FALSE(exit->requested);
  EXPECT_EQ(exit->message, "exit code 7; its last lines:\ntask\noops\n");
  EXPECT_EQ(exit->last_words, "words");
}

TEST_F(SupervisorTest, NamesTheSignalOfACrash) {
  supervisor_.SetWanted({Shell("a", "kill -SEGV $$")});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, 128 + SIGSEGV);
  EXPECT_EQ(exit->message, "killed by signal 11 (Segmentation fault)");
}

TEST_F(SupervisorTest, DoesNotStartAgainWhatEnded) {
  supervisor_.SetWanted({Shell("a", "echo once")});
  ASSERT_TRUE(ExitOf("a"));
  supervisor_.SetWanted({Shell("a", "echo once"), Shell("b", "exit 0")});
  ASSERT_TRUE(ExitOf("b"));
  EXPECT_EQ(output(), "once\n");
}

TEST_F(SupervisorTest, StopsWhatIsNoLongerWantedAndKeepsTheRest) {
  supervisor_.SetWanted({Shell("a", "trap 'echo bye; exit 0' TERM; echo up; sleep 60 & wait"),
                         Shell("b", "sleep 60")});
  ASSERT_TRUE(WaitForLine("up"));
  supervisor_.SetWanted({Shell("b", "sleep 60")});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->requested);
  EXPECT_EQ(exit->exit_code, 0);
  EXPECT_TRUE(WaitForLine("bye"));
  ASSERT_EQ(supervisor_.running().size(), 1u);
  EXPECT_EQ(supervisor_.running()[0].id, "b");
}

TEST_F(SupervisorTest, KillsWhatIgnoresSigtermAfterTheGrace) {
  supervisor_.SetStopGrace(absl::Milliseconds(300));
  supervisor_.SetWanted({Shell("a", "trap '' TERM; echo up; while :; do sleep 0.05; done")});
  ASSERT_TRUE(WaitForLine("up"));
  const absl::Time begin = absl::Now();
  supervisor_.SetWanted({});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, 128 + SIGKILL);
  EXPECT_GE(absl::Now() - begin, absl::Milliseconds(300));
  EXPECT_NE(exit->message.find("grace"), std::string::npos) << exit->message;
}

TEST_F(SupervisorTest, LeavesNothingOfTheGroupBehind) {
  supervisor_.SetWanted({Shell("a", "sleep 61 & echo $!")});
  ASSERT_TRUE(ExitOf("a"));
  const pid_t orphan = std::stoi(output());
  for (int i = 0; i < 200 && kill(orphan, 0) == 0; ++i) absl::SleepFor(absl::Milliseconds(10));
  EXPECT_NE(kill(orphan, 0), 0);
}

TEST_F(SupervisorTest, SurvivesAChildThatSpamsItsOutput) {
  supervisor_.SetWanted({Shell("spam", "while :; do echo line; done"),
                         Shell("long", "head -c 3000000 /dev/zero | tr '\\0' x; exit 5")});
  const auto exit = ExitOf("long");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, 5);
  EXPECT_LE(exit->message.size(), LineTail::kMaxLineBytes + 100);
  absl::SleepFor(absl::Seconds(1.2));
  EXPECT_LE(line_count(), 4 * Supervisor::kMaxLinesPerSecond);
  const absl::Time begin = absl::Now();
  Shutdown();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(5));
  EXPECT_NE(output().find("lines dropped"), std::string::npos);
}

TEST_F(SupervisorTest, KillsWhatOutgrowsItsMemory) {
  ProcessSpec spec = Shell("a", "x=$(head -c 200000000 /dev/zero | tr '\\0' x); sleep 60");
  spec.memory_limit_bytes = 50 << 20;
  supervisor_.SetWanted({spec});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, 128 + SIGKILL);
  EXPECT_NE(exit->message.find("expected at most 52428800 bytes"), std::string::npos)
      << exit->message;
}

TEST_F(SupervisorTest, ReportsAProgramThatCannotBeStarted) {
  ProcessSpec spec = Shell("a", "");
  spec.program = "/nowhere/program";
  supervisor_.SetWanted({spec});
  const auto exit = ExitOf("a");
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->exit_code, kExitNoExec);
  EXPECT_EQ(exit->message, "a: exec /nowhere/program: No such file or directory");
}

TEST(ChildProcess, InheritsNothingButItsOwnDescriptors) {
  const int leak = dup(0);  // without O_CLOEXEC
  auto child = ChildProcess::Start(Shell("a", "exec ls /proc/self/fd"));
  ASSERT_TRUE(child.ok()) << child.status();
  while (!(*child)->TryWait()) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ((*child)->ReadOutput(1 << 10), "0\n1\n2\n3\n4\n5\n6\n");  // 6: ls reads the folder
  close(leak);
}

// Makes close_range fail in this process, as it does on kernels before 5.11.
void RefuseCloseRange() {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog program = {std::size(code), code};
  ASSERT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
  ASSERT_EQ(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

TEST(ChildProcess, StartsAtOnceOnAKernelWithoutCloseRange) {
  const pid_t pid = fork();
  if (pid == 0) {
    RefuseCloseRange();
    const absl::Time begin = absl::Now();
    const auto child = ChildProcess::Start(Shell("a", "exec sleep 10"));
    _exit(child.ok() && absl::Now() - begin < absl::Seconds(5) ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

TEST(ChildProcess, DiesWithTheThreadThatStartedIt) {
  std::unique_ptr<ChildProcess> child;
  std::thread([&] { child = ChildProcess::Start(Shell("a", "exec sleep 60")).value(); }).join();
  std::optional<int> exit_code;
  for (int i = 0; i < 1000 && !exit_code; ++i) {
    absl::SleepFor(absl::Milliseconds(10));
    exit_code = child->TryWait();
  }
  EXPECT_EQ(exit_code, 128 + SIGKILL);
}

}  // namespace
}  // namespace tricorn::worker
