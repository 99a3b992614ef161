#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "proto/rpc/transport.h"
#include "worker/agent/devices.h"
#include "worker/agent/host.h"

namespace tricorn::worker {

// How one agent is set up: the command line of `tricorn-worker`.
struct AgentOptions {
  std::string coordinator;  // host:port
  std::string worker_id;
  int slots = 1;                // trainers at a time
  int predictor_slots = 4;      // and predictors beside them
  Host host;                    // what it offers
  std::string device = "auto";  // of its processes, as core/backend/choice has it
  GpuShare gpu_share;           // which GPUs, where other agents run on the machine
  bool allow_tf32 = false;
  std::string trace_directory;              // empty: none
  std::optional<std::string> visible_gpus;  // CUDA_VISIBLE_DEVICES, where it is set
  // Where the agent answers health checks; its processes listen on the same host.
  std::string listen = "127.0.0.1:0";
  std::string http_listen = "127.0.0.1:0";  // /metrics
  // Where other workers' processes reach this one's: a host without port. Empty: listen's host.
  std::string address;
  std::string data_dir;
  // Shared objects with classes of the user's own, which the processes load. Empty: none.
  std::string plugin_dir;
  int64_t cache_limit_bytes = int64_t{8} << 30;
  rpc::TlsFiles tls;
  bool insecure = false;
  // What children run; the agent's own program.
  std::string program = "/proc/self/exe";
};

}  // namespace tricorn::worker
