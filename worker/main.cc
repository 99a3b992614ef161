// tricorn-worker: the agent of one machine, and the processes that it starts.

#include <utility>

#include "worker/keras/keras_engine.h"
#include "worker/keras/served_model.h"
#include "worker/program/worker_main.h"

int main(int argc, char** argv) {
  using namespace tricorn::worker;
  return WorkerMain(
      argc, argv,
      {.make_engine =
           [](const EngineOptions& options) { return std::make_unique<KerasEngine>(options); },
       .model_loader = [](const EngineOptions& options) -> LoadModel {
         return [options](std::string bytes) { return LoadServedModel(std::move(bytes), options); };
       }});
}
