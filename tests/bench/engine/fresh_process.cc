#include "tests/bench/engine/fresh_process.h"

#include <spawn.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "core/base/status.h"
#include "tests/bench/engine/measure.h"

extern char** environ;

namespace tricorn::bench {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

absl::Status MeasureInFreshProcess(const std::string& workload, const Options& options) {
  std::vector<std::string> arguments = {"tricorn-bench",
                                        "--device",
                                        options.device,
                                        "--workloads",
                                        workload,
                                        "--threads",
                                        fmt::format("{}", options.num_threads),
                                        "--profile",
                                        fmt::format("{}", options.profile_steps)};
  if (!options.out.empty()) arguments.insert(arguments.end(), {"--out", options.out});
  if (!options.lock.empty()) arguments.insert(arguments.end(), {"--lock", options.lock});
  arguments.emplace_back("--measure");
  arguments.insert(arguments.end(), options.measure.begin(), options.measure.end());
  std::vector<std::string> variables = {fmt::format("BENCH_T0={:.6f}", SecondsSinceEpoch())};
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (!std::string_view(*variable).starts_with("BENCH_T0=")) variables.emplace_back(*variable);
  }
  pid_t process = 0;
  const int error = posix_spawn(&process, "/proc/self/exe", nullptr, nullptr,
                                Pointers(arguments).data(), Pointers(variables).data());
  if (error != 0) return Internal("{}: expected a process, received {}", workload, strerror(error));
  int state = 0;
  while (waitpid(process, &state, 0) < 0) {
    if (errno != EINTR) return Internal("{}: waitpid: {}", workload, strerror(errno));
  }
  if (WIFSIGNALED(state)) {
    return Internal("{}: expected a result, received signal {}", workload, WTERMSIG(state));
  }
  if (WEXITSTATUS(state) != 0) {
    return Internal("{}: expected a result, received exit status {}", workload, WEXITSTATUS(state));
  }
  return absl::OkStatus();
}

}  // namespace tricorn::bench
