// The peer between hosts: gloo::allreduce of float32 over loopback between this process and a
// forked one, for the sizes of main.cc.

#include <gloo/allreduce.h>
#include <gloo/math.h>
#include <gloo/rendezvous/context.h>
#include <gloo/rendezvous/file_store.h>
#include <gloo/transport/tcp/device.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

void Run(int rank, const std::string& directory) {
  auto device = gloo::transport::tcp::CreateDevice(gloo::transport::tcp::attr("127.0.0.1"));
  gloo::rendezvous::FileStore store(directory);
  auto context = std::make_shared<gloo::rendezvous::Context>(rank, 2);
  context->connectFullMesh(store, device);
  for (const int nbytes : {4096, 2'700'000}) {
    std::vector<float> array(nbytes / 4, 1), sum(nbytes / 4);
    gloo::AllreduceOptions options(context);
    options.setInput(array.data(), array.size());
    options.setOutput(sum.data(), sum.size());
    options.setReduceFunction(
        [](void* out, const void* a, const void* b, size_t n) { gloo::sum<float>(out, a, b, n); });
    const int times = nbytes == 4096 ? 2000 : 200;
    double start = 0;
    for (int i = -times / 10; i < times; ++i) {
      if (i == 0) start = Now();
      gloo::allreduce(options);
    }
    if (rank == 0) std::printf("gloo/%d %.2f us\n", nbytes, (Now() - start) / times * 1e6);
  }
}

}  // namespace

int main() {
  const std::string directory =
      std::filesystem::temp_directory_path() / ("tricorn-gloo-" + std::to_string(getpid()));
  std::filesystem::create_directories(directory);
  const pid_t other = fork();
  Run(other == 0 ? 1 : 0, directory);
  if (other == 0) return 0;
  waitpid(other, nullptr, 0);
  std::filesystem::remove_all(directory);
}
