#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "client/cli/terminal/interrupts.h"
#include "client/lib/client.h"
#include "core/base/json.h"

namespace tricorn::cli {

// What all commands share: the options before and after the command's name, and what was asked for.
struct Session {
  explicit Session(Interrupts& program_interrupts) : interrupts(program_interrupts) {}

  client::ClientOptions client;
  bool json = false;  // replies as JSON on standard output, one document a line
  double timeout_s = 10;
  Interrupts& interrupts;

  // Set by the command that the command line names; returns the exit code.
  std::function<absl::StatusOr<int>()> command;

  // The connection stays open to the end of the process.
  // Errors: Unavailable or DeadlineExceeded when the coordinator does not answer.
  absl::StatusOr<client::Client> Connect() const;

  // A reply: as JSON, or as `text`, to which a newline is added unless it is empty.
  void Print(const Json& reply, const std::string& text) const;
};

}  // namespace tricorn::cli
