#pragma once

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "tests/integration/kill/cluster.h"
#include "tricorn/v1/job_spec.pb.h"

namespace tricorn::tests {

// A job that can be disturbed.
struct Workload {
  // Uploads what the job needs.
  std::function<absl::StatusOr<v1::JobSpec>(Cluster&)> make_spec;
  // What the bits of a result are compared by: the weights, without the date of an archive.
  std::function<absl::StatusOr<std::string>(const std::string& result)> digest;
  int epochs = 5;
};

// Of ArithmeticEngine.
Workload ArithmeticWorkload();
// A classifier of 28 x 28 images, from a `.keras` file, on random images.
Workload KerasWorkload(const std::string& archive_path);

}  // namespace tricorn::tests
