#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "absl/time/clock.h"
#include "client/cli/command.h"
#include "client/cli/commands.h"
#include "client/cli/local/local_cluster.h"
#include "client/cli/terminal/exit_code.h"
#include "core/base/env.h"
#include "core/base/notification.h"
#include "core/base/status.h"

namespace tricorn::cli {
namespace {

// A directory that goes when this does.
class TemporaryDirectory {
 public:
  static absl::StatusOr<std::unique_ptr<TemporaryDirectory>> Make() {
    std::string path = (std::filesystem::temp_directory_path() / "tricorn.XXXXXX").string();
    if (mkdtemp(path.data()) == nullptr) {
      return FailedPrecondition("{}: a directory cannot be made there", path);
    }
    return std::unique_ptr<TemporaryDirectory>(new TemporaryDirectory(path));
  }
  ~TemporaryDirectory() {
    if (!keeps_) Env::Posix().RemoveRecursively(path_).IgnoreError();
  }
  // For who looks after what went wrong.
  void Keep() { keeps_ = true; }
  const std::string& path() const { return path_; }

 private:
  explicit TemporaryDirectory(std::string path) : path_(std::move(path)) {}
  const std::string path_;
  bool keeps_ = false;
};

void PrintAddresses(const Session& session, const LocalCluster& cluster,
                    const LocalClusterOptions& options, bool is_temporary) {
  Json metrics = Json::Array();
  for (const std::string& address : cluster.metrics()) {
    metrics.Append("http://" + address + "/metrics");
  }
  session.Print(
      Json::MakeObject({{"coordinator", cluster.address()},
                        {"status_page", "http://" + cluster.http_address() + "/"},
                        {"metrics", std::move(metrics)},
                        {"workers", options.workers},
                        {"data_dir", options.data_dir}}),
      fmt::format("coordinator  {}\nstatus page  http://{}/\nworkers      {} of {} thread{}\n"
                  "data         {}{}\n\n  export TRICORN_COORDINATOR={}\n\nCtrl-C stops it all.",
                  cluster.address(), cluster.http_address(), options.workers, options.threads,
                  options.threads == 1 ? "" : "s", options.data_dir,
                  is_temporary ? " (removed at the end; --data-dir keeps it)" : "",
                  cluster.address()));
}

// Until `stop`, or what went wrong.
absl::Status Run(const Session& session, const LocalClusterOptions& options, bool is_temporary,
                 const Notification& stop) {
  ASSIGN_OR_RETURN(const auto cluster, LocalCluster::Start(options));
  PrintAddresses(session, *cluster, options, is_temporary);
  while (!stop.WaitForNotificationWithTimeout(absl::Milliseconds(200))) {
    RETURN_IF_ERROR(cluster->Check());
  }
  if (!session.json) std::cout << "\nstopping" << std::endl;
  return absl::OkStatus();
}

absl::StatusOr<int> Up(const Session& session, LocalClusterOptions options) {
  // A second signal while stopping changes nothing: children end within seconds.
  const auto stop = std::make_shared<Notification>();
  session.interrupts.SetAction([stop](int) { stop->Notify(); });
  std::unique_ptr<TemporaryDirectory> temporary;
  if (options.data_dir.empty()) {
    ASSIGN_OR_RETURN(temporary, TemporaryDirectory::Make());
    options.data_dir = temporary->path();
  }
  if (options.threads == 0) {
    const int cores = static_cast<int>(std::thread::hardware_concurrency());
    options.threads = std::max(1, cores / std::max(1, options.workers));
  }
  std::error_code error;
  options.programs = std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
  const absl::Status status = Run(session, options, temporary != nullptr, *stop);
  // Its error names logs there.
  if (!status.ok() && temporary != nullptr) temporary->Keep();
  RETURN_IF_ERROR(status);
  return kExitDone;
}

}  // namespace

void AddUp(CLI::App& app, Session& session) {
  const auto options = std::make_shared<LocalClusterOptions>();
  options->threads = 0;
  CLI::App& command =
      AddCommand(app, session, "up", "A coordinator and workers on this machine, until Ctrl-C",
                 "tricorn up --workers 2 --data-dir ~/tricorn-data",
                 [&session, options] { return Up(session, *options); });
  command.add_option("--workers", options->workers)
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
  command.add_option("--threads", options->threads, "A worker [the cores divided by the workers]")
      ->check(CLI::Range(1, 4096));
  command
      .add_option("--device", options->device,
                  "Where the workers compute: auto, cpu, cuda, or cuda:N")
      ->capture_default_str();
  command.add_option("--data-dir", options->data_dir,
                     "Where jobs, models and logs live [a temporary directory]");
  command
      .add_option("--port", options->port,
                  "Of the coordinator; its status page is one above; 0: any free ones")
      ->check(CLI::Range(0, 65534))
      ->capture_default_str();
  command.add_option("--start-timeout", options->start_timeout_s, "Seconds until it must be ready")
      ->check(CLI::Range(0.1, 86400.0))
      ->capture_default_str();
}

}  // namespace tricorn::cli
