#include <CLI/CLI.hpp>
#include <cstdio>

#include "core/backend/cpu/cpu_device.h"
#include "core/backend/reference/reference.h"
#include "core/base/status.h"
#include "fmt/core.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {
namespace {

struct Counts {
  int passed = 0;
  int failed = 0;
  int unsupported = 0;
};

absl::Status RunCase(const std::string& directory, const std::string& name,
                     backend::Device& device) {
  ASSIGN_OR_RETURN(const Case test, Case::Read(Env::Posix(), directory, name));
  const auto runner = Runners().find(test.kind());
  if (runner == Runners().end()) return Unimplemented("kind '{}'", test.kind());
  return runner->second(test, device);
}

void Count(const std::string& name, const absl::Status& status, Counts& counts) {
  if (status.ok()) {
    ++counts.passed;
    return;
  }
  const bool lacking = absl::IsUnimplemented(status) || absl::IsNotFound(status);
  ++(lacking ? counts.unsupported : counts.failed);
  fmt::print("{} {}: {}\n", lacking ? "UNSUPPORTED" : "FAILED", name,
             std::string(status.message()));
  std::fflush(stdout);
}

absl::StatusOr<Counts> RunAll(const std::string& root, const std::string& filter,
                              backend::Device& device) {
  Env& env = Env::Posix();
  Counts counts;
  ASSIGN_OR_RETURN(const std::vector<std::string> families, env.List(root));
  for (const std::string& family : families) {
    const std::string folder = JoinPath(root, family);
    const absl::StatusOr<std::vector<std::string>> cases = env.List(folder);
    if (!cases.ok()) continue;  // a file beside the families, such as README.md
    for (const std::string& one : *cases) {
      const std::string name = family + "/" + one;
      if (name.find(filter) == std::string::npos) continue;
      Count(name, RunCase(JoinPath(folder, one), name, device), counts);
    }
  }
  if (counts.passed + counts.failed + counts.unsupported == 0) {
    return NotFound("{}: expected cases whose name holds '{}', found none", root, filter);
  }
  return counts;
}

int Main(int argc, char** argv) {
  CLI::App app("Runs cases that real Keras computed, and compares.");
  std::string root;
  std::string filter;
  std::string backend = "reference";
  app.add_option("directory", root, "Directory of <family>/<case>/case.json")->required();
  app.add_option("--filter", filter, "Only cases whose name holds this text");
  app.add_option("--backend", backend, "Where graphs run")
      ->check(CLI::IsMember({"reference", "cpu"}))
      ->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  std::unique_ptr<backend::Device> device = backend::MakeReferenceDevice();
  if (backend == "cpu") device = std::make_unique<backend::cpu::CpuDevice>();
  const absl::StatusOr<Counts> counts = RunAll(root, filter, *device);
  if (!counts.ok()) {
    fmt::print(stderr, "{}\n", std::string(counts.status().message()));
    return 2;
  }
  fmt::print("{} passed, {} failed, {} unsupported\n", counts->passed, counts->failed,
             counts->unsupported);
  return counts->failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tricorn::conformance

int main(int argc, char** argv) { return tricorn::conformance::Main(argc, argv); }
