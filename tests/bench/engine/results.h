#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "core/base/json.h"
#include "tests/bench/engine/workload.h"

namespace tricorn::bench {

// Result lines in the peers' format: to standard output, and appended to a file with one write
// each, since peers may append meanwhile.
class Results {
 public:
  // `path` may be empty: standard output alone. `device` is written as it is.
  Results(std::string path, std::string device)
      : path_(std::move(path)), device_(std::move(device)) {}

  // Errors: what opening or writing the file gives.
  absl::Status Add(const Workload& workload, std::string_view metric, double value,
                   std::string_view unit, const Json::Object& more = {});

 private:
  const std::string path_;
  const std::string device_;
};

}  // namespace tricorn::bench
