#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/lib/requests.h"

namespace CLI {
class App;
}

namespace tricorn::cli {

// Command-line options that say where samples are: a stored dataset, a file that holds everything,
// or a file per role.
class DataArguments {
 public:
  // `prefix` is "" or "validation-": --x, --validation-x.
  explicit DataArguments(std::string prefix) : prefix_(std::move(prefix)) {}

  void AddTo(CLI::App& command);

  bool given() const { return !data_.empty() || !x_.empty() || !y_.empty(); }
  // Errors: InvalidArgument when the options do not fit together; NotFound for a missing file.
  absl::StatusOr<client::DataSource> Source() const;

 private:
  absl::StatusOr<DatasetSpec> Spec() const;

  const std::string prefix_;
  std::string data_;
  std::vector<std::string> x_, y_;  // FILE or INPUT=FILE
  std::string sample_weight_;
  std::string options_;
};

// "npz", "npy", "csv", "tfrecord" by the name's end, "image_folder" for a directory, else "idx".
std::string FormatOf(const std::string& path);

// MODEL on the command line: a file that is there, or the name of a stored one.
// Errors: NotFound for a path (it has a slash or ends in .keras or .json) that is not there.
absl::StatusOr<client::ModelSource> ModelArgument(const std::string& model);

// Options of all kinds of jobs.
struct JobArguments {
  client::JobOptions job;
  bool fast = false;
  std::string compile_config;  // JSON, or @FILE
  std::string request_id;

  void AddTo(CLI::App& command);
  absl::StatusOr<client::JobOptions> Options() const;
};

}  // namespace tricorn::cli
