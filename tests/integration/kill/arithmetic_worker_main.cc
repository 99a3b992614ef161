// tricorn-worker with arithmetic instead of an engine.

#include "core/base/status.h"
#include "tests/integration/kill/arithmetic_engine.h"
#include "worker/program/worker_main.h"

int main(int argc, char** argv) {
  using tricorn::worker::EngineOptions;
  using tricorn::worker::LoadModel;
  return tricorn::worker::WorkerMain(
      argc, argv,
      {.make_engine =
           [](const EngineOptions&) {
             return std::make_unique<tricorn::tests::ArithmeticEngine>();
           },
       .model_loader = [](const EngineOptions&) -> LoadModel {
         return [](std::string) { return absl::UnimplementedError("there is no model"); };
       }});
}
