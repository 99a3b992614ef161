#pragma once

#include <string>

#include "client/cli/terminal/interrupts.h"

namespace tricorn::cli {

// What the program takes from its environment.
struct Environment {
  std::string coordinator;  // TRICORN_COORDINATOR; empty: not set
};

// Runs the command line; returns the exit code (exit_code.h).
int RunProgram(int argc, const char* const* argv, const Environment& environment,
               Interrupts& interrupts);

}  // namespace tricorn::cli
