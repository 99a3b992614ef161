#pragma once

#include <cstdint>
#include <string>

#include "proto/rpc/transport.h"
#include "worker/trainer/engine_options.h"

namespace tricorn::worker {

// What an agent tells its child processes on their command line; worker/agent/assignment_process.h
// writes it.
struct ChildOptions {
  std::string coordinator;
  std::string worker_id;
  std::string incarnation;
  int threads = 1;
  std::string device = "cpu";
  std::string trace_directory;  // empty: none
  bool allow_tf32 = false;
  std::string listen = "127.0.0.1:0";
  std::string address = "127.0.0.1";
  std::string cache_directory;
  int64_t cache_limit_bytes = 0;
  std::string scratch_directory;
  std::string plugin_directory;  // empty: none
  rpc::TlsFiles tls;
  bool insecure = false;
  double stop_grace_s = 10;  // from SIGTERM to SIGKILL

  EngineOptions engine() const {
    return {threads, plugin_directory, device, trace_directory, allow_tf32};
  }
};

}  // namespace tricorn::worker
