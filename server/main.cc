// tricorn-coordinator: accepts jobs, places them on workers, remembers everything.
//
// Exit codes: 0 stopped in good order, 1 cannot start, 2 wrong command line.

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <random>
#include <string>

#include "absl/time/clock.h"
#include "core/base/env.h"
#include "core/base/log.h"
#include "core/base/status.h"
#include "core/base/version.h"
#include "server/blob/blob_store.h"
#include "server/coordinator/coordinator.h"
#include "server/gateway/http_server.h"
#include "server/gateway/metrics.h"
#include "server/log/observed_log.h"
#include "server/log/sqlite_log.h"
#include "server/rpc/server.h"

namespace tricorn::server {
namespace {

struct Flags {
  std::string data_dir;
  std::string http_listen = "127.0.0.1:7471";
  RpcServerOptions rpc;
  double lease_seconds = 10;
  int64_t max_log_bytes = 0;
  int64_t max_message_bytes = ServerFacts().max_message_bytes;
};

// Two coordinators on one data directory would each believe to be the only one. Held until the
// process ends, however it does.
absl::Status LockDirectory(const std::string& data_dir) {
  const std::string path = JoinPath(data_dir, "lock");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0) return absl::OkStatus();
  return FailedPrecondition(
      "data-dir {}: expected a directory that is ours alone, but its lock cannot be taken: {}",
      data_dir, fd < 0 ? "it is not writable" : "another coordinator runs on it");
}

std::string NewClusterId() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}", random(), random());
}

// Serves until SIGTERM or SIGINT, which are blocked in all threads. Returns only errors.
absl::Status Serve(const Flags& flags, const sigset_t& signals, const Logger& logger) {
  RETURN_IF_ERROR(Env::Posix().MakeDirectories(flags.data_dir));
  RETURN_IF_ERROR(LockDirectory(flags.data_dir));
  ASSIGN_OR_RETURN(const auto sqlite, SqliteLog::Open(JoinPath(flags.data_dir, "log.sqlite"),
                                                      {.max_bytes = flags.max_log_bytes}));
  ASSIGN_OR_RETURN(const auto blobs, BlobStore::Open(flags.data_dir));
  const std::unique_ptr<Metrics> metrics = Metrics::Create();
  ObservedLog log(*sqlite, [&](size_t events, absl::Duration duration, bool ok) {
    metrics->LogAppended(events, duration, ok);
  });

  CoordinatorOptions options;
  options.machine.lease_duration = absl::Seconds(flags.lease_seconds);
  options.forget_blob = [&](const std::string& sha256) {
    const absl::Status removed = blobs->Remove(sha256);
    if (!removed.ok()) logger.Error("cannot remove a blob", {{"error", removed.ToString()}});
  };
  options.observe = [&](const Effects& effects) { metrics->StateChanged(effects); };
  ServerFacts facts;
  facts.version = std::string(Version());
  facts.start_time = absl::Now();
  facts.max_message_bytes = flags.max_message_bytes;
  facts.machine = options.machine;
  ASSIGN_OR_RETURN(facts.cluster_id, sqlite->Constant("cluster_id", NewClusterId()));
  ASSIGN_OR_RETURN(const auto coordinator, Coordinator::Start(log, options, logger));

  std::unique_ptr<HttpServer> http;
  if (!flags.http_listen.empty()) {
    RETURN_IF_ERROR(rpc::CheckPlainListener(flags.http_listen, flags.rpc.insecure));
    ASSIGN_OR_RETURN(http, HttpServer::Start(flags.http_listen, *coordinator, *metrics));
    facts.http_address = http->address();
  }
  RpcServerOptions rpc_options = flags.rpc;
  rpc_options.observe = [&](std::string_view method, int code, absl::Duration duration) {
    metrics->CallEnded(method, code, duration);
  };
  ASSIGN_OR_RETURN(const auto rpc, RpcServer::Start(rpc_options, facts, *coordinator, *blobs));

  // For whoever started us with port 0.
  std::cout << Json::MakeObject({{"address", rpc->address()}, {"http_address", facts.http_address}})
                   .Dump()
            << std::endl;
  logger.Info("serving", {{"address", rpc->address()},
                          {"http_address", facts.http_address},
                          {"data_dir", flags.data_dir},
                          {"cluster_id", facts.cluster_id}});
  int signal = 0;
  sigwait(&signals, &signal);
  logger.Info("stopping", {{"signal", signal}});
  rpc->Shutdown(absl::Milliseconds(500));
  // All that was promised is on disk, and civetweb takes two seconds to stop.
  _exit(0);
}

int Main(int argc, char** argv) {
  CLI::App app(
      "Accepts training jobs and predictions for a Tricorn cluster.\n\nExample:\n"
      "  tricorn-coordinator --data-dir /var/lib/tricorn --listen 127.0.0.1:7470\n",
      "tricorn-coordinator");
  app.set_version_flag("--version", std::string(Version()));
  Flags flags;
  flags.rpc.listen = "127.0.0.1:7470";
  app.add_option("--data-dir", flags.data_dir, "Where the log and the blobs live")->required();
  app.add_option("--listen", flags.rpc.listen, "host:port for gRPC; port 0: any free one")
      ->capture_default_str();
  app.add_option("--http-listen", flags.http_listen,
                 "host:port for the status page and metrics; port 0: any free one; empty: off")
      ->capture_default_str();
  app.add_option("--tls-cert", flags.rpc.tls.certificate, "PEM certificate chain of this server");
  app.add_option("--tls-key", flags.rpc.tls.key, "PEM key of the certificate");
  app.add_option("--tls-ca", flags.rpc.tls.ca,
                 "PEM file: whom to trust; clients without a certificate it signed are refused");
  app.add_flag("--insecure", flags.rpc.insecure,
               "Listen beyond loopback without TLS: whoever reaches the port may do anything");
  app.add_option("--lease", flags.lease_seconds,
                 "Seconds without a heartbeat after which a worker "
                 "is lost")
      ->check(CLI::Range(0.5, 3600.0))
      ->capture_default_str();
  app.add_option("--max-log-bytes", flags.max_log_bytes, "The log's largest size; 0: unbounded")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--max-message-bytes", flags.max_message_bytes, "Largest RPC message")
      ->check(CLI::Range(int64_t{1} << 20, int64_t{rpc::kLargestMessageBytes}))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  // Before any thread starts, so that all of them leave the signals to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);
  // gRPC's own lines are no JSON; what matters in them our errors say.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  const Logger logger = Logger::ToStderr("tricorn-coordinator");
  const absl::Status status = Serve(flags, signals, logger);
  logger.Error("cannot serve", {{"error", status.ToString()}});
  std::cerr << "tricorn-coordinator: " << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace tricorn::server

int main(int argc, char** argv) { return tricorn::server::Main(argc, argv); }
