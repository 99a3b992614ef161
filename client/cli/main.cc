// tricorn: the command line of a cluster's users.

#include <signal.h>

#include <cstdlib>

#include "client/cli/interrupts.h"
#include "client/cli/program.h"

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  tricorn::cli::Interrupts interrupts;
  const char* coordinator = std::getenv("TRICORN_COORDINATOR");
  return tricorn::cli::RunProgram(
      argc, argv, {.coordinator = coordinator == nullptr ? "" : coordinator}, interrupts);
}
