// tricorn: the command line of a cluster's users.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "client/cli/program.h"
#include "client/cli/terminal/interrupts.h"
#include "client/cli/terminal/standard_output.h"

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  // What matters in gRPC's own lines our errors say.
  setenv("GRPC_VERBOSITY", "NONE", 0);
  tricorn::cli::Interrupts interrupts;
  const char* coordinator = std::getenv("TRICORN_COORDINATOR");
  const int exit_code = tricorn::cli::RunProgram(
      argc, argv, {.coordinator = coordinator == nullptr ? "" : coordinator}, interrupts);
  _exit(tricorn::cli::FinishOutput(
      exit_code));  // gRPC's threads and the one that waits for signals are still there
}
