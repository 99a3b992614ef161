#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>

#include "absl/time/clock.h"
#include "core/backend/cpu/cpu_device.h"
#include "core/backend/cuda_loader.h"
#include "core/backend/reference/reference.h"
#include "core/base/status.h"
#include "core/keras/layers/layer.h"
#include "core/keras/saving/builtin_objects.h"
#include "fmt/core.h"
#include "tests/conformance/inventory.h"
#include "tests/conformance/runners.h"

namespace tricorn::conformance {
namespace {

struct Counts {
  int passed = 0;
  int failed = 0;
  int unsupported = 0;
  std::set<std::string> not_passed;
};

// The cases that a build is known not to pass, one name a line.
absl::StatusOr<std::set<std::string>> ReadKnownGaps(const std::string& path) {
  ASSIGN_OR_RETURN(const std::string text, Env::Posix().ReadFile(path));
  std::set<std::string> names;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty()) names.insert(line);
  }
  return names;
}

// Whether exactly the known cases did not pass; says which differ.
bool AgreesWithKnownGaps(const Counts& counts, const std::set<std::string>& known) {
  std::vector<std::string> differing;
  std::set_symmetric_difference(counts.not_passed.begin(), counts.not_passed.end(), known.begin(),
                                known.end(), std::back_inserter(differing));
  for (const std::string& name : differing) {
    fmt::print("{} {}\n", known.contains(name) ? "NOW PASSES" : "NO LONGER PASSES", name);
  }
  return differing.empty();
}

// What of a case is to run.
struct Selection {
  std::string filter;                 // held by its name
  DType compute_dtype = DType::kF32;  // another one: only kinds that have models
  bool times = false;
};

bool Selects(const Selection& selection, const Case& test) {
  const bool has_model = test.kind() == "layer" || test.kind() == "training";
  return selection.compute_dtype == DType::kF32 || has_model;
}

// nullopt for a case that is not selected.
std::optional<absl::Status> RunCase(const std::string& directory, const std::string& name,
                                    const Selection& selection, backend::Device& device) {
  const absl::StatusOr<Case> read =
      Case::Read(Env::Posix(), directory, name, selection.compute_dtype);
  // A file that is not there is no feature that is not there.
  if (!read.ok()) return DataLoss("{}", std::string(read.status().message()));
  const Case& test = *read;
  if (!Selects(selection, test)) return std::nullopt;
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
  counts.not_passed.insert(name);
  fmt::print("{} {}: {}\n", lacking ? "UNSUPPORTED" : "FAILED", name,
             std::string(status.message()));
  std::fflush(stdout);
}

absl::StatusOr<Counts> RunAll(const std::string& root, const Selection& selection,
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
      if (name.find(selection.filter) == std::string::npos) continue;
      const absl::Time began = absl::Now();
      const auto status = RunCase(JoinPath(folder, one), name, selection, device);
      if (!status) continue;
      Count(name, *status, counts);
      if (selection.times)
        fmt::print("{} {:.2f} s\n", name, absl::ToDoubleSeconds(absl::Now() - began));
    }
  }
  if (counts.passed + counts.failed + counts.unsupported == 0) {
    return NotFound("{}: expected cases whose name holds '{}', found none", root, selection.filter);
  }
  return counts;
}

absl::StatusOr<std::unique_ptr<backend::Device>> MakeDevice(std::string_view backend) {
  if (backend == "cuda") return backend::LoadCudaDevice(0);
  if (backend == "cpu") return std::make_unique<backend::cpu::CpuDevice>();
  return backend::MakeReferenceDevice();
}

int PrintInventory(const std::string& path) {
  const absl::StatusOr<Inventory> inventory = TakeInventory(Env::Posix(), path);
  if (!inventory.ok()) {
    fmt::print(stderr, "{}\n", std::string(inventory.status().message()));
    return 2;
  }
  fmt::print("{}", inventory->report);
  return inventory->complete ? 0 : 1;
}

// The layer classes of this build, one a line.
int ListLayers() {
  const keras::Registries objects = keras::BuiltinObjects();
  for (const auto& [name, factory] : objects.Find<keras::Layer>()->factories()) {
    fmt::print("{}\n", name);
  }
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App app("Runs cases that real Keras computed, and compares.");
  std::string root;
  Selection selection;
  std::string backend = "reference";
  CLI::Option* directory =
      app.add_option("directory", root, "Directory of <family>/<case>/case.json");
  bool list_layers = false;
  app.add_flag("--layers", list_layers, "Only list the layer classes of this build");
  app.add_option("--filter", selection.filter, "Only cases whose name holds this text");
  app.add_option("--backend", backend, "Where graphs run")
      ->check(CLI::IsMember({"reference", "cpu", "cuda"}))
      ->capture_default_str();
  app.add_option("--compute-dtype", selection.compute_dtype,
                 "What models compute in, with tolerances to match (cases of layers and training)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, DType>{{"float32", DType::kF32}, {"bfloat16", DType::kBF16}}));
  std::string known_gaps;
  app.add_option("--known-gaps", known_gaps,
                 "File of case names, one a line: succeed if exactly these do not pass");
  std::string inventory;
  app.add_option("--inventory", inventory,
                 "List which names of this file exist and which do not; runs no case")
      ->excludes(directory);
  app.add_flag("--times", selection.times, "Say how many seconds each case took");
  CLI11_PARSE(app, argc, argv);
  if (list_layers) return ListLayers();
  if (!inventory.empty()) return PrintInventory(inventory);
  if (root.empty()) {
    fmt::print(stderr, "expected a directory of cases, --inventory or --layers\n");
    return 2;
  }
  const absl::StatusOr<std::unique_ptr<backend::Device>> device = MakeDevice(backend);
  if (!device.ok()) {
    fmt::print(stderr, "{}\n", std::string(device.status().message()));
    return 2;
  }
  const absl::StatusOr<Counts> counts = RunAll(root, selection, **device);
  if (!counts.ok()) {
    fmt::print(stderr, "{}\n", std::string(counts.status().message()));
    return 2;
  }
  fmt::print("{} passed, {} failed, {} unsupported\n", counts->passed, counts->failed,
             counts->unsupported);
  if (known_gaps.empty()) return counts->failed == 0 ? 0 : 1;
  const auto known = ReadKnownGaps(known_gaps);
  if (!known.ok()) {
    fmt::print(stderr, "{}\n", std::string(known.status().message()));
    return 2;
  }
  return AgreesWithKnownGaps(*counts, *known) ? 0 : 1;
}

}  // namespace
}  // namespace tricorn::conformance

int main(int argc, char** argv) { return tricorn::conformance::Main(argc, argv); }
