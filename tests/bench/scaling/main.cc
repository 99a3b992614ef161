// tricorn-bench-scaling: the workloads of the peers' harness on 1, 2, 4, ... GPUs of this host.
//
//   tricorn-bench-scaling --device cuda --workloads resnet50:256:bf16 gpt2:16:bf16

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "core/base/json_fields.h"
#include "core/base/status.h"
#include "tests/bench/scaling/gang.h"

namespace tricorn::bench {
namespace {

struct Options {
  std::string device = "cuda";
  std::vector<int> ranks;  // empty: as many as there are GPUs
  std::vector<std::string> workloads{"resnet50:256:bf16", "gpt2:16:bf16"};
  std::vector<std::string> modes{"weak", "strong"};
  std::vector<std::string> determinism{"exact", "fast"};
  std::string out;
  bool smoke = false;
  bool shard_optimizer_state = false;
};

int NumGpus() {
  int gpus = 0;
  while (std::filesystem::exists(fmt::format("/dev/nvidia{}", gpus))) ++gpus;
  return gpus;
}

std::vector<int> PowersOfTwoUpTo(int most) {
  std::vector<int> powers;
  for (int n = 1; n <= most; n *= 2) powers.push_back(n);
  return powers;
}

void Print(const Options& options, const Json& line) {
  std::printf("%s\n", line.Dump().c_str());
  std::fflush(stdout);
  if (!options.out.empty()) std::ofstream(options.out, std::ios::app) << line.Dump() << "\n";
}

// One workload, in one mode, over one number of ranks after the other.
class Curve {
 public:
  Curve(const Options& options, std::string text, std::string mode, std::string determinism)
      : options_(options),
        text_(std::move(text)),
        mode_(std::move(mode)),
        determinism_(std::move(determinism)) {}

  absl::Status Add(int ranks) {
    GangOptions gang;
    ASSIGN_OR_RETURN(gang.workload, ParseWorkload(text_));
    gang.workload.smoke = options_.smoke;
    if (options_.smoke) gang.workload.batch = std::min<int64_t>(gang.workload.batch, 8);
    const int64_t whole = gang.workload.batch;
    if (mode_ == "strong") gang.workload.batch = whole / ranks;
    if (gang.workload.batch == 0) {
      return InvalidArgument("{}: expected a sample a rank, received {} ranks", text_, ranks);
    }
    gang.size = ranks;
    gang.on_gpus = options_.device == "cuda";
    gang.determinism =
        determinism_ == "fast" ? comm::Determinism::kFast : comm::Determinism::kExact;
    gang.shard_optimizer_state = options_.shard_optimizer_state;
    gang.budget_s = options_.smoke ? 0.1 : 1.5;
    ASSIGN_OR_RETURN(const Measured measured, MeasureGang(gang));
    if (ranks == 1) one_s_ = measured.step_s;
    const double samples = static_cast<double>(gang.workload.batch * ranks);
    const double parts = mode_ == "strong" ? ranks : 1;
    Json line = Start(ranks);
    line.Set("step_s", measured.step_s);
    line.Set("throughput",
             samples * static_cast<double>(gang.workload.units_per_sample()) / measured.step_s);
    line.Set("unit", std::string(gang.workload.unit()));
    if (one_s_ > 0) line.Set("efficiency", one_s_ / parts / measured.step_s);
    if (ranks > 1) {
      line.Set("alone_s", measured.alone_s);
      line.Set("sum_s", measured.sum_s);
      line.Set("hidden", 1 - (measured.step_s - measured.alone_s) / measured.sum_s);
      line.Set("bus_gb_s", measured.bus_gb_s);
      line.Set("plain_bus_gb_s", measured.plain_bus_gb_s);
    }
    if (ranks > 1 && options_.shard_optimizer_state) {
      line.Set("parted_step_s", measured.parted_step_s);
      line.Set("parted_throughput", measured.step_s / measured.parted_step_s);
      line.Set("slot_bytes", measured.slot_nbytes);
      line.Set("parted_slot_bytes", measured.parted_slot_nbytes);
      if (measured.allocated_nbytes > 0) {
        line.Set("allocated_bytes", measured.allocated_nbytes);
        line.Set("parted_allocated_bytes", measured.parted_allocated_nbytes);
      }
    }
    Print(options_, line);
    return absl::OkStatus();
  }

  Json Start(int ranks) const {
    return Json::MakeObject({{"peer", "tricorn"},
                             {"workload", text_},
                             {"mode", mode_},
                             {"determinism", determinism_},
                             {"device", options_.device},
                             {"ranks", ranks}});
  }

 private:
  const Options& options_;
  const std::string text_, mode_, determinism_;
  double one_s_ = 0;  // a step of one rank
};

int Run(Options options) {
  if (options.ranks.empty()) options.ranks = PowersOfTwoUpTo(NumGpus());
  if (options.ranks.empty()) {
    std::fprintf(stderr, "GPUs: expected some, received none; --device cpu needs --ranks\n");
    return 1;
  }
  bool failed = false;
  for (const std::string& text : options.workloads) {
    for (const std::string& mode : options.modes) {
      for (const std::string& determinism : options.determinism) {
        Curve curve(options, text, mode, determinism);
        for (const int ranks : options.ranks) {
          const absl::Status status = curve.Add(ranks);
          if (status.ok()) continue;
          failed = true;
          Json line = curve.Start(ranks);
          line.Set("error", status.ToString());
          Print(options, line);
        }
      }
    }
  }
  return failed ? 1 : 0;
}

}  // namespace
}  // namespace tricorn::bench

int main(int argc, char** argv) {
  // Before any rank starts: NVLink's multicast is the host's, and its other users may have taken
  // it.
  setenv("NCCL_NVLS_ENABLE", "0", 0);
  tricorn::bench::Options options;
  CLI::App app("Measures how training scales over the GPUs of this host.", "tricorn-bench-scaling");
  app.add_option("--device", options.device)->check(CLI::IsMember({"cpu", "cuda"}));
  app.add_option("--ranks", options.ranks, "Numbers of ranks, 1 first [1, 2, 4, ... GPUs]");
  app.add_option("--workloads", options.workloads, "NAME:BATCH:DTYPE")->capture_default_str();
  app.add_option("--modes", options.modes)->check(CLI::IsMember({"weak", "strong"}));
  app.add_option("--determinism", options.determinism)->check(CLI::IsMember({"exact", "fast"}));
  app.add_option("--out", options.out, "File that lines are appended to");
  app.add_flag("--shard-optimizer-state", options.shard_optimizer_state,
               "Also measures ranks that share the optimizer's state out");
  app.add_flag("--smoke", options.smoke, "Sizes so small that they prove the code path alone");
  CLI11_PARSE(app, argc, argv);
  return tricorn::bench::Run(options);
}
