#pragma once

#include "worker/program/engines.h"

namespace tricorn::worker {

// `tricorn-worker [agent] ...`, and the commands that an agent starts its children with.
int WorkerMain(int argc, char** argv, const Engines& engines);

}  // namespace tricorn::worker
