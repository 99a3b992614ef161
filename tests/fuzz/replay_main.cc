// Feeds a fuzz target the files that it is given, and those in the folders that it is given.

#include <cstdio>

#include "core/base/env.h"
#include "fmt/core.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace tricorn {
namespace {

// How many files there were. Exits on one that cannot be read.
int Replay(const std::string& path) {
  Env& env = Env::Posix();
  if (const auto names = env.List(path); names.ok()) {
    int count = 0;
    for (const std::string& name : *names) count += Replay(JoinPath(path, name));
    return count;
  }
  const absl::StatusOr<std::string> bytes = env.ReadFile(path);
  if (!bytes.ok()) {
    fmt::print(stderr, "{}\n", std::string(bytes.status().message()));
    std::exit(2);
  }
  fmt::print("{}\n", path);
  std::fflush(stdout);  // before a crash
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes->data()), bytes->size());
  return 1;
}

}  // namespace
}  // namespace tricorn

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) count += tricorn::Replay(argv[i]);
  return count > 0 ? 0 : 2;
}
