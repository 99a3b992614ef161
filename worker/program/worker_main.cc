#include "worker/program/worker_main.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "core/backend/choice/open_device.h"
#include "core/base/version.h"
#include "fmt/core.h"
#include "worker/agent/host.h"
#include "worker/process/exit_code.h"
#include "worker/program/commands.h"

namespace tricorn::worker {
namespace {

std::string DefaultWorkerId() {
  char name[64] = "worker";
  gethostname(name, sizeof(name) - 1);
  std::string id(name);
  for (char& c : id) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return id;
}

void AddTls(CLI::App& app, rpc::TlsFiles& tls, bool& insecure) {
  app.add_option("--tls-ca", tls.ca, "PEM file: whom to trust");
  app.add_option("--tls-cert", tls.certificate, "PEM file: this worker's certificate");
  app.add_option("--tls-key", tls.key, "PEM file: its private key");
  app.add_flag("--insecure", insecure, "Listen beyond loopback without TLS");
}

// Where a process computes.
void AddDevice(CLI::App& app, std::string& device, bool& allow_tf32, std::string& trace_directory) {
  app.add_option("--device", device,
                 "auto (GPUs if there are any that can be used), cpu, cuda, or cuda:N")
      ->check([](const std::string& name) {
        return std::string(backend::CheckDeviceName(name).message());
      })
      ->capture_default_str();
  app.add_flag("--allow-tf32", allow_tf32,
               "GPUs may round the operands of float32 products to TF32: faster, three digits");
  app.add_option("--trace-dir", trace_directory,
                 "Directory for a timeline of the GPU in some steps of each fit job, for "
                 "chrome://tracing")
      ->check(CLI::ExistingDirectory);
}

void AddAgent(CLI::App& app, AgentOptions& options) {
  app.add_option("--coordinator", options.coordinator, "host:port of the coordinator")->required();
  app.add_option("--data-dir", options.data_dir, "Cache and scratch files, of this agent alone")
      ->required();
  app.add_option("--id", options.worker_id, "This worker's name, [a-z0-9][a-z0-9._-]{0,62}")
      ->capture_default_str();
  app.add_option("--threads", options.host.threads,
                 "Threads to compute with, all trainers together")
      ->check(CLI::Range(1, 4096))
      ->capture_default_str();
  AddDevice(app, options.device, options.allow_tf32, options.trace_directory);
  app.add_option_function<std::string>(
         "--gpu-share",
         [&options](const std::string& share) {
           GpuShare& s = options.gpu_share;
           int end = 0;
           if (std::sscanf(share.c_str(), "%d/%d%n", &s.index, &s.of, &end) != 2 ||
               end != static_cast<int>(share.size()) || s.index < 0 || s.index >= s.of) {
             throw CLI::ValidationError("--gpu-share",
                                        "expected I/N with 0 <= I < N, received '" + share + "'");
           }
         },
         "I/N: of the machine's GPUs every N-th from the I-th, where N agents run on it")
      ->default_str("0/1");
  app.add_option("--slots", options.slots, "Training processes at a time")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--predictor-slots", options.predictor_slots, "Prediction processes beside them")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  app.add_option("--memory-bytes", options.host.memory_bytes,
                 "Memory to offer; a process without a limit of its own gets this one")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--listen", options.listen,
                 "host:port of health checks; processes listen on the same host")
      ->capture_default_str();
  app.add_option("--http-listen", options.http_listen, "host:port of /metrics")
      ->capture_default_str();
  app.add_option("--address", options.address,
                 "Numeric host under which other workers reach this one [the host of --listen]");
  app.add_option("--host-id", options.host.id,
                 "Equal on workers that share memory [found out from the system]");
  app.add_option("--cache-limit-bytes", options.cache_limit_bytes, "Size of the cache of blobs")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--plugin-dir", options.plugin_dir,
                 "Directory of shared objects with layers, losses, metrics and optimizers of your "
                 "own; jobs run what lies there")
      ->check(CLI::ExistingDirectory);
  AddTls(app, options.tls, options.insecure);
}

void AddChild(CLI::App& app, ChildOptions& options) {
  app.add_option("--coordinator", options.coordinator)->required();
  app.add_option("--id", options.worker_id)->required();
  app.add_option("--incarnation", options.incarnation)->required();
  app.add_option("--threads", options.threads)->required();
  AddDevice(app, options.device, options.allow_tf32, options.trace_directory);
  app.add_option("--listen", options.listen)->required();
  app.add_option("--address", options.address)->required();
  app.add_option("--cache-dir", options.cache_directory)->required();
  app.add_option("--cache-limit-bytes", options.cache_limit_bytes)->required();
  app.add_option("--scratch-dir", options.scratch_directory)->required();
  app.add_option("--plugin-dir", options.plugin_directory);
  app.add_option("--stop-grace", options.stop_grace_s)->required();
  AddTls(app, options.tls, options.insecure);
}

void AddRun(CLI::App& app, RunOptions& options) {
  app.add_option("job", options.job_file, "JSON file: model, data, spec, output")->required();
  app.add_option("--threads", options.threads,
                 "Threads to compute with [the host's, divided by the ranks on it]")
      ->check(CLI::Range(1, 4096));
  AddDevice(app, options.device, options.allow_tf32, options.trace_directory);
  app.add_option("--plugin-dir", options.plugin_directory,
                 "Directory of shared objects with classes of your own")
      ->check(CLI::ExistingDirectory);
}

constexpr char kRunDescription[] =
    "Runs one job without a coordinator: in this process, or on all that mpirun started.\n\n"
    "Example:\n"
    "  mpirun -n 4 tricorn-worker run job.json\n";
constexpr char kDescription[] =
    "Offers this machine to a Tricorn coordinator and runs the training and prediction processes\n"
    "that it assigns.\n\n"
    "Example:\n"
    "  tricorn-worker --coordinator 127.0.0.1:7470 --data-dir /var/lib/tricorn-worker\n\n"
    "`tricorn-worker run JOB.json` runs a job without a coordinator; see its --help.\n";
constexpr char kFooter[] =
    "\nExit codes: 0 stopped in good order, 1 an error, 2 wrong command line,\n"
    "128 + n when signal n ended it.";

}  // namespace

int WorkerMain(int argc, char** argv, const Engines& engines) {
  // NVLink's multicast is a resource of the whole host, which its other users may have taken; NCCL
  // then fails instead of doing without. Who is sure of his host may say otherwise.
  setenv("NCCL_NVLS_ENABLE", "0", 0);
  // `agent` is the default, and the children's commands are an agent's business: no subcommands, so
  // that --help shows what a user can say.
  const std::string command = argc > 1 && argv[1][0] != '-' ? argv[1] : "agent";
  const bool is_child = command == "trainer" || command == "predictor";
  const bool is_run = command == "run";
  CLI::App app(is_run ? kRunDescription : kDescription,
               is_run ? "tricorn-worker run" : "tricorn-worker");
  app.footer(kFooter);
  app.failure_message([](const CLI::App* self, const CLI::Error& error) {
    return fmt::format("{}: {}; see --help\n", self->get_name(), error.what());
  });
  app.set_version_flag("--version", std::string(Version()));
  AgentOptions agent;
  ChildOptions child;
  RunOptions run;
  if (is_child) {
    AddChild(app, child);
  } else if (is_run) {
    AddRun(app, run);
    run.under_mpirun = std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
  } else {
    agent.host = DescribeHost();
    agent.worker_id = DefaultWorkerId();
    if (const char* gpus = std::getenv("CUDA_VISIBLE_DEVICES")) agent.visible_gpus = gpus;
    AddAgent(app, agent);
  }
  if (is_child || is_run || command == "agent") {
    const bool is_named = argc > 1 && command == argv[1];
    argc -= is_named ? 1 : 0;
    argv += is_named ? 1 : 0;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  if (command == "trainer") return TrainerCommand(child, engines);
  if (is_run) return RunCommand(run, engines);
  if (command == "predictor") return PredictorCommand(child, engines);
  return AgentCommand(std::move(agent));
}

}  // namespace tricorn::worker
