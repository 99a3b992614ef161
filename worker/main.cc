// tricorn-worker: the agent of one machine, and the processes that it starts.

#include <string>
#include <utility>

#include "worker/keras/keras_engine.h"
#include "worker/keras/served_model.h"
#include "worker/program/worker_main.h"

int main(int argc, char** argv) {
  using namespace tricorn::worker;
  return WorkerMain(
      argc, argv,
      {.make_engine =
           [](const std::string& plugin_directory) {
             return std::make_unique<KerasEngine>(plugin_directory);
           },
       .model_loader = [](int threads, const std::string& plugin_directory) -> LoadModel {
         return [threads, plugin_directory](std::string bytes) {
           return LoadServedModel(std::move(bytes), threads, plugin_directory);
         };
       }});
}
