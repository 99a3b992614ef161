#include "worker/agent/assignment_process.h"

#include <algorithm>

#include "core/base/env.h"
#include "core/base/status.h"
#include "core/base/utf8.h"

namespace tricorn::worker {
namespace {

int ThreadsFor(const v1::Assignment& assignment, const AgentOptions& options) {
  if (assignment.threads() > 0) return assignment.threads();
  return std::max(1, options.host.threads / std::max(1, options.slots));
}

}  // namespace

std::string ScratchDirectory(const std::string& assignment_id, const AgentOptions& options) {
  std::string name = assignment_id;
  std::replace(name.begin(), name.end(), '/', '_');
  return JoinPath(JoinPath(options.data_dir, "processes"), name);
}

ProcessSpec ProcessFor(const v1::Assignment& assignment, const AgentOptions& options,
                       const std::string& incarnation, const std::string& device,
                       absl::Duration stop_grace) {
  const std::string kind = assignment.has_predictor() ? "predictor" : "trainer";
  const std::string host = options.listen.substr(0, options.listen.rfind(':'));
  ProcessSpec spec = {.id = assignment.id(),
                      .kind = kind,
                      .program = options.program,
                      .argv = {"tricorn-worker", kind},
                      .input = assignment.SerializeAsString()};
  spec.memory_limit_bytes = assignment.memory_limit_bytes() > 0 ? assignment.memory_limit_bytes()
                                                                : options.host.memory_bytes;
  auto flag = [&](const char* name, const std::string& value) {
    if (!value.empty()) spec.argv.insert(spec.argv.end(), {name, value});
  };
  flag("--coordinator", options.coordinator);
  flag("--id", options.worker_id);
  flag("--incarnation", incarnation);
  flag("--threads", std::to_string(ThreadsFor(assignment, options)));
  flag("--device", device);
  flag("--trace-dir", options.trace_directory);
  if (options.allow_tf32) spec.argv.push_back("--allow-tf32");
  flag("--listen", host + ":0");
  flag("--address", options.address);
  flag("--cache-dir", JoinPath(options.data_dir, "cache"));
  flag("--cache-limit-bytes", std::to_string(options.cache_limit_bytes));
  flag("--scratch-dir", ScratchDirectory(assignment.id(), options));
  flag("--plugin-dir", options.plugin_dir);
  flag("--tls-ca", options.tls.ca);
  flag("--tls-cert", options.tls.certificate);
  flag("--tls-key", options.tls.key);
  flag("--stop-grace", fmt::format("{}", absl::ToDoubleSeconds(stop_grace)));
  if (options.insecure) spec.argv.push_back("--insecure");
  return spec;
}

v1::ReportExitRequest ReportOf(const ProcessExit& exit) {
  v1::ReportExitRequest report;
  report.set_assignment_id(exit.id);
  report.set_exit_code(exit.exit_code);
  report.set_message(ValidUtf8(fmt::format("{} {}: {}", exit.kind, exit.id, exit.message)));
  v1::Failure failure;
  if (!exit.last_words.empty() && failure.ParseFromString(exit.last_words)) {
    *report.mutable_failure() = failure;
  }
  return report;
}

}  // namespace tricorn::worker
