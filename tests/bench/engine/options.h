#pragma once

#include <string>
#include <vector>

namespace tricorn::bench {

struct Options {
  std::string device = "cpu";
  std::string out;
  std::string lock;
  std::vector<std::string> workloads{"mlp:128:fp32", "cnn:128:fp32"};
  // Of train (always), fit, predict: what is measured.
  std::vector<std::string> measure{"train", "fit", "predict"};
  int num_threads = 0;
  int profile_steps = 0;
  std::string trace;  // file for a timeline
  int jobs = 0;
  std::string remat;  // RematPolicy::Parse; empty for none
  bool dump_graph = false;
  bool smoke = false;
  double start_s = 0;  // since the epoch

  double budget_s() const { return smoke ? 0.1 : 1.0; }
};

}  // namespace tricorn::bench
